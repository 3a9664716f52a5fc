#!/usr/bin/env bash
# Policy files: check and test of them, and a gate in a sandbox: ship, scan, sum up, admit by the summary alone.
# shellcheck disable=SC2154 # common.sh's
. "$(dirname "$0")/common.sh"
needs_sandbox
repo=$MPK_SANDBOX_REGISTRY/gate
cases=$root/testdata/policy/cases

# -- mpk policy check
head="apiVersion: mpk/v1
signers: [{identity: $MPK_SANDBOX_IDENTITY, issuer: \"$MPK_SANDBOX_ISSUER\"}]"
write() { printf '%s\n' "$head" "${@:2}" >"$work/$1.yaml"; }
write good "aibom: {required: true}"
accepts "a good policy" says "every reference: signature, aibom · 1 of 1 signer" "$MPK" policy check "$work/good.yaml"
accepts "its digest" says "sha256:$(sha256sum "$work/good.yaml" | cut -d' ' -f1)" "$MPK" policy check "$work/good.yaml"
accepts "as JSON" is "$("$MPK" policy check "$work/good.yaml" --format json | field kind)" PolicyCheck
from_pipe() { "$MPK" policy check - <"$work/good.yaml"; }
accepts "from a pipe" says "signature, aibom" from_pipe
for policy in "$cases"/policies/*.yaml; do
  accepts "policies/${policy##*/}" "$MPK" policy check "$policy"
done

bad() { # name line text lines…
  write "$1" "${@:4}"
  refuses "$1" 2 "$work/$1.yaml:$2:" "$MPK" policy check "$work/$1.yaml"
  refuses "$1, with its reason" 2 "$3" "$MPK" policy check "$work/$1.yaml"
}
bad unknown-key 3 'did you mean "attestations"?' "attestation: [{type: vsa}]"
bad unknown-word 3 "did you mean cyclonedx?" "attestations: [{type: cyclondx}]"
bad unknown-profile 4 "profile" "aibom:" "  profiles: [{name: g8, total: 1}]"
bad wrong-type 3 "threshold" 'threshold: "1"'
bad unreachable-threshold 3 "threshold" "threshold: 2"
bad empty-section 3 "aibom" "aibom: {}"
bad twice 4 "twice" "threshold: 1" "threshold: 1"
bad no-glob 3 "match" "match: [https://ghcr.io/acme]"
bad anchor 3 "anchor" "aibom: &a {required: true}"
bad impossible-level 4 "level" "provenance:" "  {builders: [{id: \"urn:x:y\", level: 1}], level: 2}"
printf 'apiVersion: mpk/v1\nsigners: [{identityPattern: "(", issuer: "https://x.example"}]\n' >"$work/pattern.yaml"
refuses "a pattern that does not compile" 2 "pattern.yaml:2:" "$MPK" policy check "$work/pattern.yaml"
printf 'apiVersion: mpk/v1\nsigners: [\n' >"$work/yaml.yaml"
refuses "no YAML" 2 "yaml.yaml:3:" "$MPK" policy check "$work/yaml.yaml"
printf 'apiVersion: mpk/v2\n' >"$work/version.yaml"
refuses "another apiVersion" 2 "version.yaml:1:" "$MPK" policy check "$work/version.yaml"
refuses "a file that is not there" 2 "nowhere.yaml" "$MPK" policy check "$work/nowhere.yaml"

# -- mpk policy test
all() { "$MPK" policy test "$cases"/*.yaml "$@"; }
accepts "every case of every file holds" says " cases, 0 failed" all
accepts "with -v each is named" says "ok      an aiBOM that was signed for another digest" all -v
count() { all --format json | python3 -c 'import json, sys; d = json.load(sys.stdin); print(len(d["cases"]) >= 300, d["failed"], {c["verdict"]["kind"] for c in d["cases"]})'; }
accepts "as JSON, with each verdict" is "$(count)" "True 0 {'Verdict'}"
cp -r "$cases" "$work/cases"
cp -r "$root/testdata/keys" "$work/keys"
sed -i 's#\.\./\.\./keys/#../keys/#; s#\.\./\.\./\.\./keys/#../../keys/#' "$work"/cases/*.yaml "$work"/cases/policies/*.yaml
sed -i '0,/codes: \[subject-mismatch\]/s//codes: [no-aibom]/' "$work/cases/attacks.yaml"
refuses "one changed expectation" 1 "codes: expected [no-aibom], found [subject-mismatch]" "$MPK" policy test "$work/cases/attacks.yaml"
refuses "is told by its name" 1 "FAILED  an aiBOM that was signed for another digest" "$MPK" policy test "$work/cases/attacks.yaml"
refuses "and counted" 1 ", 1 failed" "$MPK" policy test "$work/cases/signers.yaml" "$work/cases/attacks.yaml"
refuses "another policy says otherwise" 1 "result: expected passed, found refused" "$MPK" policy test "$cases/signers.yaml" --policy "$work/good.yaml"
sed 's/evidence:/evidenc:/' "$cases/deny.yaml" >"$work/cases/slip.yaml"
refuses "an unknown key in a case" 2 "did you mean evidence?" "$MPK" policy test "$work/cases/slip.yaml"
refuses "with file and line" 2 "slip.yaml:" "$MPK" policy test "$work/cases/slip.yaml"

# -- the real thing
gate() { "$MPK" verify "$repo:1" "${trust[@]}" --policy "$work/$1.yaml" "${@:2}"; }
accepts "ship" "$MPK" ship "$model" "$repo:1" "${signing[@]}" --quiet
write whole "provenance:" "  builders: [{idPattern: .*, level: 1}]" "  level: 1" \
  "aibom:" "  verified: [parameters, format]" "  licenses: {allow: [Apache-2.0], pedigree: false}" \
  "content:" "  formats: {allow: [safetensors]}" "  scan: {required: true}" \
  "vsa:" "  verifiers: [{id: https://gate.example/v1}]" "  levels: [SLSA_BUILD_LEVEL_1]"
referrers() { "$MPK" tree "$repo:1" --format json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["referrers"]))'; }
before=$(referrers)
refuses "the scan is missing" 23 "no result of a scan" gate whole
sum_up() { "$MPK" attest "$repo:1" --type vsa --policy "$work/$1.yaml" --verifier-id https://gate.example/v1 "${signing[@]}"; }
refuses "what does not pass is not summed up" 23 "no result of a scan" sum_up whole
accepts "and nothing was attached" is "$(referrers)" "$before"
accepts "scan and attest" "$MPK" scan "$repo:1" --attest "${signing[@]}"
accepts "now everything passes" gate whole
codes() { gate "$@" --format json | python3 -c 'import json, sys; print(*sorted({c["id"] for c in json.load(sys.stdin)["checks"] if c["result"] == "pass"}))'; }
accepts "each check of it" is "$(codes whole)" \
  "aibom aibom.layers aibom.licenses aibom.tiers aibom.valid content.formats content.scan manifest provenance provenance.builder provenance.form provenance.level signature"
accepts "why no summary stood in is said" says "no verification summary" gate whole -v
accepts "sum it up" says "verification_summary" sum_up whole
accepts "the summary is enough" is "$(codes whole)" vsa
accepts "the screen shows it" says "passed by https://gate.example/v1" gate whole
accepts "--deep checks everything" says "aibom" gate whole --deep
deep() { codes whole --deep | tr ' ' '\n' | grep -cx 'vsa\|aibom.layers'; }
accepts "and looks at no summary" is "$(deep)" 1
by_digest=$repo@$(digest_of "$repo:1")
requests() { "$MPK" verify "$by_digest" "${trust[@]}" --policy "$work/whole.yaml" --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["stats"]["requests"])'; }
accepts "one request admits by digest" is "$(requests)" 1
sed 's/  levels:.*/&\n  required: true/' "$work/whole.yaml" >"$work/other.yaml"
refuses "under a changed policy it does not count" 1 "judged by a policy that does not count" gate other
write denied "deny:" "  - {digest: \"$(digest_of "$repo:1")\", reason: withdrawn}" \
  "vsa:" "  verifiers: [{id: https://gate.example/v1}]" "  policies: [\"sha256:$(sha256sum "$work/whole.yaml" | cut -d' ' -f1)\"]"
refuses "nor against the deny list" 1 "on the deny list: withdrawn" gate denied
# Who may replace a key decides who signs: it is another policy then.
for name in old new; do "$MPK" key generate -o "$work/$name" --insecure-no-password --quiet; done
cp "$work/old.pub" "$work/named.pub"
sed 's/  levels:.*/&\n  required: true/' "$work/whole.yaml" >"$work/keyed.yaml"
printf 'attestations: [{type: vuln, signers: [{keyFile: named.pub}, {identity: "%s", issuer: "%s"}]}]\n' \
  "$MPK_SANDBOX_IDENTITY" "$MPK_SANDBOX_ISSUER" >>"$work/keyed.yaml"
digest_named() { "$MPK" policy check "$work/keyed.yaml" --format json | field digest; }
accepts "a policy's digest covers the keys it names" is "$(digest_named)" \
  "sha256:$(cat "$work/keyed.yaml" "$work/named.pub" | sha256sum | cut -d' ' -f1)"
before=$(digest_named)
cp "$work/new.pub" "$work/named.pub"
refuses "with another key it is another policy" 1 "expected" is "$(digest_named)" "$before"
refuses "--predicate beside --policy" 2 "exclude each other" "$MPK" attest "$repo:1" --type vsa --policy "$work/whole.yaml" --predicate "$work/whole.yaml" "${signing[@]}"
refuses "a summary of another type" 2 "makes a predicate of type vsa or svr" "$MPK" attest "$repo:1" --type vuln --policy "$work/whole.yaml" "${signing[@]}"
close_steps "policy files"
