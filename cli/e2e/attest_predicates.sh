#!/usr/bin/env bash
# mpk attest: of each known predicate type one document that has its form, and one that has not; nothing is signed then.
. "$(dirname "$0")/common.sh"
unset MPK_KEY_PASSWORD COSIGN_PASSWORD
cd "$work"
"$MPK" pack "$model" -t "oci:$work/layout:1" --quiet >/dev/null
"$MPK" key generate --insecure-no-password -o a.key --quiet >/dev/null

attest() { # type predicate
  printf '%s' "$2" >predicate.json
  "$MPK" attest "oci:$work/layout:1" --key a.key --type "$1" --predicate predicate.json
}
takes() { # type predicate
  accepts "attest of $1" attest "$1" "$2"
  accepts "which verifies" "$MPK" verify "oci:$work/layout:1" --key a.pub --type "$1"
}
referrers() { "$MPK" tree "oci:$work/layout:1" --format json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["referrers"]))'; }
signs_none() { # type text predicate
  local before
  before=$(referrers)
  refuses "$1: $2" 2 "--predicate predicate.json: $2" attest "$1" "$3"
  accepts "nothing was attached" is "$(referrers)" "$before"
}

time=2026-03-04T05:06:07Z
takes slsaprovenance1 '{"buildDefinition":{"buildType":"https://ci.example/b","externalParameters":{}},"runDetails":{"builder":{"id":"https://ci.example/r"}}}'
signs_none slsaprovenance1 '$.runDetails: missing "builder"' '{"buildDefinition":{"buildType":"https://ci.example/b","externalParameters":{}},"runDetails":{}}'
takes vsa '{"verifier":{"id":"https://acme.example/gate"},"resourceUri":"oci://ghcr.io/acme/m","policy":{"uri":"https://acme.example/p"},"verificationResult":"PASSED","verifiedLevels":["ACME_OK"]}'
signs_none vsa '$: missing "policy"' '{"verifier":{"id":"https://acme.example/gate"},"resourceUri":"oci://ghcr.io/acme/m","verificationResult":"PASSED","verifiedLevels":[]}'
takes svr '{"verifier":{"id":"https://acme.example/gate","policies":[]},"timeCreated":"'$time'","properties":["ACME_OK"]}'
signs_none svr '$.verifier: missing "policies"' '{"verifier":{"id":"https://acme.example/gate"},"timeCreated":"'$time'","properties":[]}'
takes test-result '{"result":"PASSED","configuration":[{"uri":"https://acme.example/eval.yaml"}]}'
signs_none test-result '$.result: expected one of PASSED, WARNED, FAILED' '{"result":"good","configuration":[]}'
takes scai '{"attributes":[{"attribute":"NO_PICKLE"}]}'
signs_none scai '$.attributes[0]: missing "attribute"' '{"attributes":[{}]}'
takes vulns '{"scanner":{"uri":"pkg:github/acme/s@1","db":{"lastUpdate":"'$time'"},"result":[]},"metadata":{"scanStartedOn":"'$time'","scanFinishedOn":"'$time'"}}'
signs_none vulns '$.scanner: missing "db"' '{"scanner":{"uri":"pkg:github/acme/s@1","result":[]},"metadata":{"scanStartedOn":"'$time'","scanFinishedOn":"'$time'"}}'
takes reference '{"attester":{"id":"https://acme.example/ship"},"references":[{"downloadLocation":"https://acme.example/b","digest":{"sha256":"aa"},"mediaType":"text/plain"}]}'
signs_none reference '$.references[0]: none of uri, digest and content' '{"attester":{"id":"https://acme.example/ship"},"references":[{"downloadLocation":"https://acme.example/b","mediaType":"text/plain"}]}'
takes cosign '{"Data":"free","Timestamp":"'$time'"}'
signs_none cosign '$: missing "Data"' '{"data":"free","Timestamp":"'$time'"}'
takes vuln '{"scanner":{"result":{}},"metadata":{"scanStartedOn":"'$time'","scanFinishedOn":"'$time'"}}'
signs_none vuln '$.metadata: missing "scanFinishedOn"' '{"scanner":{},"metadata":{"scanStartedOn":"'$time'"}}'
takes openvex '{"@context":"https://openvex.dev/ns","@id":"https://acme.example/vex","author":"Acme","timestamp":"'$time'","version":1,"statements":[{"vulnerability":{"name":"CVE-2026-1"},"status":"fixed"}]}'
signs_none openvex '$.statements[0].status: expected one of' '{"@context":"https://openvex.dev/ns","@id":"https://acme.example/vex","author":"Acme","timestamp":"'$time'","version":1,"statements":[{"vulnerability":{"name":"CVE-2026-1"},"status":"safe"}]}'

# Others are not looked into.
takes https://acme.example/eval/v1 '{}'
takes spdxjson '{}'
refuses "a list of anything" 2 "expected a JSON object" attest https://acme.example/eval/v1 '[]'
refuses "a word with a typing error" 2 "did you mean test-result?" attest test-resul '{}'
refuses "an escape in a refused value" 2 'expected PASSED or FAILED, found "\x1b[31m"' attest vsa \
  '{"verifier":{"id":"x:y"},"resourceUri":"x:y","policy":{"uri":"x:y"},"verificationResult":"\u001b[31m","verifiedLevels":[]}'
close_steps "attest predicates"
