#!/usr/bin/env bash
# The main job, inside `mpk sandbox run`: ship, look, verify, tamper, see the refusal.
set -euo pipefail
mpk=$1
model=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ref=$MPK_SANDBOX_REGISTRY/demo/tiny-llama:1.0
signing=(--signing-config "$MPK_SANDBOX_DIR/signing-config.json" --trusted-root "$MPK_SANDBOX_DIR/trusted-root.json")
trust=(--trusted-root "$MPK_SANDBOX_DIR/trusted-root.json")

cat >"$work/policy.yaml" <<POLICY
apiVersion: mpk/v1
name: demo
signers:
  - identity: $MPK_SANDBOX_IDENTITY
    issuer: $MPK_SANDBOX_ISSUER
attestations:
  - type: slsaprovenance1
aibom:
  required: true
  agreesWithLayers: true
POLICY

say() { printf '\n== %s\n' "$*"; }

say "1. ship: pack, describe, attest, sign and push in one pass"
"$mpk" ship "$model" "$ref" "${signing[@]}" --quiet

say "2. what is attached"
"$mpk" tree "$ref" "${trust[@]}"

say "3. verify under a policy"
"$mpk" verify "$ref" --policy "$work/policy.yaml" "${trust[@]}"

say "4. one byte of a copy is changed; the signatures are copied along"
"$mpk" copy "$ref" "oci:$work/copy:1.0" --quiet >/dev/null
blob=$(find "$work/copy/blobs/sha256" -type f -size +100k | sort | head -n 1)
printf '\377' | dd of="$blob" bs=1 seek=70000 conv=notrunc status=none
code=0
"$mpk" verify "oci:$work/copy:1.0" --policy "$work/policy.yaml" "${trust[@]}" || code=$?
[ "$code" -eq 1 ] || { echo "error: expected exit code 1 for the changed layer, got $code" >&2; exit 1; }

say "5. a changed model is pushed under the same tag: nobody signed that"
cp -r "$model" "$work/model"
printf '\nchanged\n' >>"$work/model/README.md"
"$mpk" push "$work/model" "$ref" --quiet >/dev/null
code=0
"$mpk" verify "$ref" --policy "$work/policy.yaml" "${trust[@]}" || code=$?
[ "$code" -eq 10 ] || { echo "error: expected exit code 10 for the unsigned model, got $code" >&2; exit 1; }

say "done: the good artifact passed, both tampered ones were refused"
