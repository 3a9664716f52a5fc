#!/usr/bin/env bash
# Inside `mpk sandbox run`: a summary alone opens the gate, by how many requests; what cosign carries to another
# repository; and a summary that does not count is refused.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

dir=$MPK_SANDBOX_DIR
stage=$MPK_SANDBOX_REGISTRY/stage/tiny
prod=$MPK_SANDBOX_REGISTRY/prod/tiny
other=$MPK_SANDBOX_REGISTRY/other/tiny
gate=https://gate.example/v1
type=https://slsa.dev/verification_summary/v1
trust=(--trusted-root "$dir/trusted-root.json")
signing=(--signing-config "$dir/signing-config.json" "${trust[@]}")
cd "$STEPS_DIR"

policy() { # name verifier more…: deep checks, or a summary by the verifier
  cat >"$1.yaml" <<POLICY
apiVersion: mpk/v1
signers: [{identity: $MPK_SANDBOX_IDENTITY, issuer: "$MPK_SANDBOX_ISSUER"}]
aibom: {required: true}
provenance: {builders: [{idPattern: .*, level: 1}], level: 1}
vsa: {verifiers: [{id: "$2"}], ${*:3}}
POLICY
}
policy deep "$gate" 'levels: [SLSA_BUILD_LEVEL_1]'
judged=sha256:$(sha256sum deep.yaml | cut -d' ' -f1)
policy alone "$gate" "levels: [SLSA_BUILD_LEVEL_1], policies: [\"$judged\"], required: true"
policy changed "$gate" 'levels: [SLSA_BUILD_LEVEL_1], required: true'
policy stranger https://other.example/v1 "policies: [\"$judged\"], required: true"
policy higher "$gate" "levels: [SLSA_BUILD_LEVEL_1, ACME_REVIEWED], policies: [\"$judged\"], required: true"

is() { [[ $1 == "$2" ]] || { printf 'found    %s\nexpected %s\n' "$1" "$2"; return 1; }; }
verify() { "$MPK" verify "$1" --policy "$2.yaml" "${trust[@]}" "${@:3}"; }
requests() { # how many --stats counts; the verdict must say the same
  verify "$@" --stats --format json 2>stats >verdict.json || return 1
  python3 - <<'PY'
import json, re
said = int(re.search(r"(\d+) requests", open("stats").read())[1])
counted = json.load(open("verdict.json"))["stats"]["requests"]
print(said if said == counted else f"{said} and {counted}")
PY
}
counts() { is "$(requests "$1" "$2")" "$3"; }
refuses_for() { # what code reference policy
  refuses "$1" 1 "[$2]" verify "$3" "$4" -v
}

# -- attached by mpk
accepts "mpk ship" "$MPK" ship "$MODEL" "$stage:1" "${signing[@]}"
digest=$("$MPK" inspect "$stage:1" --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["digest"])')
accepts "mpk attest --type vsa --policy" "$MPK" attest "$stage:1" --type vsa --policy deep.yaml --verifier-id "$gate" "${signing[@]}"
accepts "one request admits by digest" counts "$stage@$digest" alone 1
accepts "a tag costs one more" counts "$stage:1" alone 2
refuses_for "another policy's digest" vsa-policy "$stage@$digest" changed
refuses_for "another verifier" vsa-verifier "$stage@$digest" stranger
refuses_for "a level that is not reached" vsa-level "$stage@$digest" higher

# -- copied by cosign. `cosign copy` takes no bundles along and says how they are: by download and attach. It tags the
# artifact itself sha256-HEX, where registries without referrers API have the list of referrers.
download() { cosign download attestation --predicate-type "$type" "$stage@$digest" >summaries; }
carry() { # repository: the summary about it, or the first where none is
  python3 - "$1" <<'PY'
import base64, json, sys
lines = open("summaries").read().splitlines()
about = {json.loads(base64.b64decode(json.loads(l)["dsseEnvelope"]["payload"]))["predicate"]["resourceUri"]: l for l in lines}
open("bundle.json", "w").write(about.get("oci://" + sys.argv[1], lines[0]))
PY
  cosign attach attestation --attestation bundle.json "$1@$digest"
}
accepts "cosign copy" cosign copy "$stage@$digest" "$other:1"
refuses_for "which brings no summary" no-summary "$other@$digest" alone
accepts "cosign download attestation" download
accepts "cosign attach attestation" carry "$other"
refuses_for "a summary of another resource" vsa-resource "$other@$digest" alone

# The verifier speaks for the place where the artifact is going to be.
promises() {
  python3 - "$prod" <<'PY'
import base64, json, sys
bundle = json.loads(open("summaries").readline())
predicate = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))["predicate"]
predicate["resourceUri"] = "oci://" + sys.argv[1]
json.dump(predicate, open("predicate.json", "w"))
PY
  "$MPK" attest "$stage@$digest" --type vsa --predicate predicate.json "${signing[@]}"
}
accepts "mpk attest --type vsa of a predicate about the other repository" promises
accepts "cosign download attestation, both" download
accepts "cosign copy" cosign copy "$stage@$digest" "$prod:1"
accepts "cosign attach attestation" carry "$prod"
accepts "three requests admit by digest what cosign carried" counts "$prod@$digest" alone 3
refuses_for "there, too: another policy's digest" vsa-policy "$prod@$digest" changed
refuses_for "there, too: another verifier" vsa-verifier "$prod@$digest" stranger
refuses_for "there, too: a level that is not reached" vsa-level "$prod@$digest" higher

# -- what mpk would not sign: cosign attests any JSON as an aiBOM.
printf '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": "none"}' >bom.json
printf '%s\n' "apiVersion: mpk/v1" "signers: [{identity: $MPK_SANDBOX_IDENTITY, issuer: \"$MPK_SANDBOX_ISSUER\"}]" 'aibom: {required: true}' >bom.yaml
accepts "mpk push" "$MPK" push "$(dirname "$MODEL")/tiny-gguf" "$other:2"
gguf=$other@$("$MPK" inspect "$other:2" --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["digest"])')
accepts "mpk sign" "$MPK" sign "$gguf" "${signing[@]}"
accepts "cosign attest of an aiBOM that is invalid" cosign attest --yes "${signing[@]}" --identity-token "$dir/identity-token" \
  --type cyclonedx --predicate bom.json "$gguf"
refuses "mpk refuses it" 21 "[aibom-invalid]" verify "$gguf" bom -v
close_steps "summaries"
