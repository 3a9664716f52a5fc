#!/usr/bin/env bash
# Every exit code of `mpk verify REF --policy FILE`, and what each document for an admission controller says then.
# shellcheck disable=SC2154,SC2034 # common.sh's; the arrays are named by the rows
. "$(dirname "$0")/common.sh"
needs_sandbox
host=$MPK_SANDBOX_REGISTRY
repo=$host/codes
quiet() { "$MPK" "$@" --quiet >/dev/null; }

# -- policies: $1.yaml, whose further lines are given; "ci" signs.
policy() { # name lines…
  printf '%s\n' "apiVersion: mpk/v1" "name: $1" "${@:2}" >"$work/$1.yaml"
}
ci="signers: [{identity: $MPK_SANDBOX_IDENTITY, issuer: \"$MPK_SANDBOX_ISSUER\"}]"
eve="[{identity: eve@example.com, issuer: \"$MPK_SANDBOX_ISSUER\"}]"
unmet="attestations: [{type: vuln}]" # nobody attaches one: exit code 1
bom="aibom: {required: true}"
score="aibom: {profiles: [{name: g7, verified: 100}]}"
scan="content: {scan: {required: true}}"
lineage="lineage: {depth: 1, unresolved: true}" # the model card names one at Hugging Face, too
policy signed "$ci"
policy unmet "$ci" "$unmet"
policy denied "$ci" "deny: [{digest: \"DIGEST\", reason: withdrawn}]"
policy slip "$ci" "attestation: []"
policy eve "signers: $eve"
policy bom "$ci" "$bom"
policy 13-12 "signers: $eve" "aibom: {signers: [{identity: $MPK_SANDBOX_IDENTITY, issuer: \"$MPK_SANDBOX_ISSUER\"}]}"
policy score "$ci" "$score"
policy version "$ci" 'aibom: {specVersions: ["1.7"]}'
policy formats "$ci" "content: {formats: {deny: [safetensors]}}" "$bom"
policy scan "$ci" "$scan"
policy elsewhere "$ci" "match: [ghcr.io/acme/*]"
policy lineage "$ci" "$bom" "$lineage"
policy 10-20-23-1 "$ci" "$bom" "$scan" "$unmet"
policy 12-23 "signers: $eve" "$scan"
policy 23-20 "$ci" "$scan" "$bom"
policy 20-1 "$ci" "$bom" "$unmet"
policy 22-1 "$ci" "$bom" "$unmet"
policy 1-3 "$ci" "$bom" "$lineage" "$unmet"

# -- artifacts, each with bytes of its own: a signature is of a digest.
put() { # name: a model in $repo/NAME:1 that nobody has signed
  cp -r "$model" "$work/$1.model"
  printf '%s\n' "$1" >"$work/$1.model/NAME"
  quiet push "$work/$1.model" "$repo/$1:1"
}
quiet ship "$model" "$repo/good:1" "${signing[@]}"
sed -i "s/DIGEST/$(digest_of "$repo/good:1")/" "$work/denied.yaml"
for name in bare signed lies; do put "$name"; done
for name in signed lies; do quiet sign "$repo/$name:1" "${signing[@]}"; done
quiet aibom create "$repo/lies:1" -o "$work/lies.json"
tamper hash "$work/lies.json"
quiet attest "$repo/lies:1" --type cyclonedx --predicate "$work/lies.json" "${signing[@]}"

# Weights that run code when they are loaded; `true` is the command.
cp -r "$model" "$work/pickle.model"
printf '\x80\x02cposix\nsystem\nX\x04\x00\x00\x00true\x85R.' >"$work/pickle.model/pytorch_model.bin"
quiet ship "$work/pickle.model" "$repo/pickle:1" "${signing[@]}"

# A base model in a registry that does not answer.
cat >"$work/run.yaml" <<RUN
apiVersion: mpk/v1
baseModels: [{name: base, relation: finetune, reference: "127.0.0.1:1/codes/base@sha256:$(printf 'a%.0s' {1..64})"}]
RUN
cp -r "$model" "$work/child.model"
printf 'child\n' >"$work/child.model/NAME"
quiet ship "$work/child.model" "$repo/child:1" --training "$work/run.yaml" "${signing[@]}"
put orphan # nobody has signed it, only its aiBOM
quiet aibom create "$repo/orphan:1" --training "$work/run.yaml" -o "$work/orphan.json"
quiet attest "$repo/orphan:1" --type cyclonedx --predicate "$work/orphan.json" "${signing[@]}"

# Layouts are changed on the disk, and go back into the registry where that takes them.
layout() { quiet copy "$repo/${2:-good}:1" "oci:$work/$1:1"; }
layout malformed
tamper bundle "$work/malformed" signature malformed
quiet copy "oci:$work/malformed:1" "$repo/malformed:1"
layout bad-bom
tamper bundle "$work/bad-bom" aibom malformed
quiet copy "oci:$work/bad-bom:1" "$repo/bad-bom:1"
layout flipped
tamper flip "$(tamper blob "$work/flipped" layer)"
layout gone bare
rm "$(tamper blob "$work/gone" layer)"

# A registry that takes a connection and says nothing.
python3 -c 'import socket, time
s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1], flush=True); time.sleep(300)' >"$work/port" &
hanging=$!
trap 'kill "$hanging"; rm -rf "$work"' EXIT
until [[ -s $work/port ]]; do sleep 0.05; done

# -- each row in each format. Without a verdict there is no document, but Ratify's error.
ends_with() { # code format reference policy
  local found=0 stop=()
  [[ $1 != 130 ]] || stop=(timeout --preserve-status -s INT 1)
  "${stop[@]}" "$MPK" verify "$3" --policy "$work/$4.yaml" "${trust[@]}" --format "$2" >"$work/$2.out" 2>"$work/$2.err" || found=$?
  is "$found" "$1"
}
tells() { # code check check's-code: true of the four documents
  python3 - "$work" "$@" <<'PYTHON'
import json, sys
work, code, check, why = sys.argv[1], int(sys.argv[2]), *sys.argv[3:]
text = {f: open(f"{work}/{f}.out", encoding="utf-8").read() for f in ("json", "admission", "gatekeeper", "ratify")}
talk = open(f"{work}/ratify.err", encoding="utf-8").read()
assert "{" not in talk and "}" not in talk, talk
assert text["ratify"].count("\n") == 1 and text["ratify"].endswith("\n"), text["ratify"]
ratify = json.loads(text["ratify"])
if check == "-":
    assert not text["json"] and not text["admission"] and not text["gatekeeper"], text
    assert "isSuccess" not in ratify and ratify["code"] == int(why) and ratify["msg"] and talk, ratify
    sys.exit()
d, response = json.loads(text["json"]), json.loads(text["admission"])["response"]
item, = json.loads(text["gatekeeper"])["response"]["items"]
result = {0: "passed", 3: "undecided"}.get(code, "refused")
assert (d["exitCode"], d["result"]) == (code, result), d
assert ratify["isSuccess"] is (code == 0) and ratify["extensions"]["exitCode"] == code, ratify
failed = {(c["id"], c["code"], c["exitCode"]) for c in d["checks"] if c["result"] == "fail"}
told = {(c["check"], c["code"], c["exitCode"]) for c in ratify["extensions"]["failed"]}
assert failed == told, (failed, told)
if code == 0:
    assert not failed and response["allowed"] is True and item["error"] == "" and item["value"]["verdict"] == "passed"
    sys.exit()
wanted = set(zip(check.split(","), why.split(",")))
assert {f[:2] for f in failed} == wanted, failed
assert code in {f[2] for f in failed}, failed
assert response["allowed"] is False and response["status"]["code"] == (503 if code == 3 else 403), response
assert item["error"], item
PYTHON
}

rows=0
while IFS='|' read -r code name reference policy check why; do
  [[ -n $code && $code != \#* ]] || continue
  rows=$((rows + 1))
  reference=${reference/REPO/$repo}
  reference=${reference/LAYOUT/oci:$work}
  reference=${reference/HANGING/127.0.0.1:$(<"$work/port")}
  check=${check/VULN/attestation:https://cosign.sigstore.dev/attestation/vuln/v1}
  for format in json admission gatekeeper ratify; do
    accepts "$code: $name, as $format" ends_with "$code" "$format" "$reference" "$policy"
  done
  accepts "$code: $name: all four say so" tells "$code" "$check" "$why"
done <<'ROWS'
# code|what|reference|policy|failed checks|their codes (without a verdict: Ratify's)
0|signed as asked|REPO/good:1|signed||
0|an aiBOM, too|REPO/good:1|bom||
1|a required attestation is missing|REPO/good:1|unmet|VULN|attestation-missing
1|a digest on the deny list|REPO/good:1|denied|denied|digest-denied
1|a flipped byte|LAYOUT/flipped:1|signed|content|mismatch
1|no rule is about it|REPO/good:1|elsewhere|policy|no-rule
2|an error in the policy|REPO/good:1|slip|-|7
2|no reference|REPO/UPPER:1|signed|-|7
3|a registry that is not there|127.0.0.1:1/codes/good:1|signed|reference|network
3|a base model that can't be judged|REPO/child:1|lineage|lineage|ancestor-undecided
10|no signature|REPO/bare:1|signed|signature|no-signature
11|no such tag|REPO/good:absent|signed|reference|not_found
11|no such repository|REPO/absent:1|signed|reference|not_found
12|another signer|REPO/good:1|eve|signature|identity-not-allowed
13|a bundle that is cut off|REPO/malformed:1|signed|signature|bundle-malformed
20|no aiBOM|REPO/signed:1|bom|aibom|no-aibom
21|an aiBOM of another version|REPO/good:1|version|aibom.version|aibom-version-not-allowed
21|an aiBOM that says too little|REPO/good:1|score|aibom.profile|score-too-low
22|an aiBOM of other bytes|REPO/lies:1|bom|aibom.layers|aibom-disagrees
23|weights in a denied format|REPO/good:1|formats|content.formats|format-denied
23|nobody has scanned it|REPO/pickle:1|scan|content.scan|no-scan
# several failures at once: the first of 11, 10, 13, 12, 23, 20, 21, 22, 1, 3
11|a layer is gone, and no signature|LAYOUT/gone:1|signed|signature,content|no-signature,not_found
10|no signature, aiBOM, scan nor attestation|REPO/bare:1|10-20-23-1|signature,aibom,content.scan,VULN|no-signature,no-aibom,no-scan,attestation-missing
10|no signature, and a base model that can't be judged|REPO/orphan:1|lineage|signature,lineage|no-signature,ancestor-undecided
13|an aiBOM's bundle is cut off, and another signer|REPO/bad-bom:1|13-12|signature,aibom|identity-not-allowed,bundle-malformed
12|another signer, and no scan|REPO/good:1|12-23|signature,content.scan|identity-not-allowed,no-scan
23|no scan, and no aiBOM|REPO/signed:1|23-20|content.scan,aibom|no-scan,no-aibom
20|no aiBOM, and no attestation|REPO/signed:1|20-1|aibom,VULN|no-aibom,attestation-missing
21|an aiBOM of other bytes that says too little|REPO/lies:1|score|aibom.profile,aibom.layers|score-too-low,aibom-disagrees
22|an aiBOM of other bytes, and no attestation|REPO/lies:1|22-1|aibom.layers,VULN|aibom-disagrees,attestation-missing
1|no attestation, and a base model that can't be judged|REPO/child:1|1-3|VULN,lineage|attestation-missing,ancestor-undecided
130|SIGINT while the registry hangs|HANGING/codes/good:1|signed|-|8
ROWS
accepts "all rows were read" is "$rows" 32
close_steps "exit codes"
