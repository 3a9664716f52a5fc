#!/usr/bin/env bash
# What verify refuses, each with its exit code and its reason: changed bytes, changed evidence, the wrong signer.
. "$(dirname "$0")/common.sh"
needs_sandbox
repo=$MPK_SANDBOX_REGISTRY/refusals

verify() { "$MPK" verify "$1" "${trust[@]}" "${who[@]}" "${@:2}"; }
copy_to() { rm -rf "${work:?}/$1"; "$MPK" copy "$repo:${2:-good}" "oci:$work/$1:1" --quiet >/dev/null; }

# The other artifact is signed first: in a log of one entry the inclusion proof has no hash to change.
"$MPK" ship "$root/testdata/models/tiny-onnx" "$repo:other" "${signing[@]}" --quiet >/dev/null
"$MPK" ship "$model" "$repo:good" "${signing[@]}" --quiet >/dev/null
accepts "the good artifact" verify "$repo:good"
accepts "and its layout" copy_to good
accepts "which passes too" verify "oci:$work/good:1"

for part in layer config manifest; do
  copy_to "$part"
  tamper flip "$(tamper blob "$work/$part" "$part")"
  refuses "a flipped byte in the $part of a layout" 1 "the content has another digest" verify "oci:$work/$part:1"
done

while read -r what code text; do
  copy_to "$what"
  tamper bundle "$work/$what" signature "$what"
  if [[ $code == 0 ]]; then
    accepts "a rewritten layout with the same bundle" verify "oci:$work/$what:1"
  else
    refuses "signature bundle: $what" "$code" "$text" verify "oci:$work/$what:1"
  fi
done <<'CASES'
intact 0
malformed 13 invalid JSON
signature 12 other bytes than the signature
payload 12 other content than the bundle
checkpoint 12 checkpoint: signature of
proof 12 inclusion proof does not lead
timestamp 12 time-stamp's signature does not hold
CASES

copy_to foreign
copy_to source other
tamper bundle "$work/foreign" signature "$work/source"
refuses "a bundle of another artifact" 12 "statement is about another artifact" verify "oci:$work/foreign:1"

copy_to bom
tamper bundle "$work/bom" aibom payload
cat >"$work/bom.yaml" <<POLICY
apiVersion: mpk/v1
name: bom
signers:
  - identity: $MPK_SANDBOX_IDENTITY
    issuer: $MPK_SANDBOX_ISSUER
aibom:
  required: true
  agreesWithLayers: true
POLICY
accepts "a policy that demands an aiBOM" "$MPK" verify "oci:$work/good:1" "${trust[@]}" --policy "$work/bom.yaml"
refuses "a flipped byte in the signed aiBOM" 12 "other content than the bundle" \
  "$MPK" verify "oci:$work/bom:1" "${trust[@]}" --policy "$work/bom.yaml"

"$MPK" push "$model" "$repo:bare" --quiet >/dev/null
refuses "the same bytes, signed under another tag: the digest counts" 0 "passed" verify "$repo:bare"

cp -r "$model" "$work/model"
printf 'another\n' >>"$work/model/README.md"
"$MPK" push "$work/model" "$repo:lies" --quiet >/dev/null
"$MPK" aibom create "$repo:lies" -o "$work/bom.json" --quiet
refuses "no signature at all" 10 "no signature" verify "$repo:lies"
tamper hash "$work/bom.json"
accepts "a false aiBOM is attested" "$MPK" attest "$repo:lies" --type cyclonedx --predicate "$work/bom.json" "${signing[@]}"
refuses "only an attestation where a signature is asked" 10 "no signature" verify "$repo:lies"
accepts "the artifact is signed" "$MPK" sign "$repo:lies" "${signing[@]}"
refuses "a validly signed aiBOM that disagrees with the layers" 22 "LICENSE" verify "$repo:lies"

refuses "another identity" 12 "somebody else" "$MPK" verify "$repo:good" "${trust[@]}" \
  --certificate-identity eve@example.com --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER"
refuses "another issuer" 12 "somebody else" "$MPK" verify "$repo:good" "${trust[@]}" \
  --certificate-identity "$MPK_SANDBOX_IDENTITY" --certificate-oidc-issuer https://accounts.example
refuses "a pattern that matches only a part" 12 "whole" "$MPK" verify "$repo:good" "${trust[@]}" \
  --certificate-identity-regexp sandbox --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER"
refuses "the trusted root of another instance" 12 "is not the certificate that the authority names" "$MPK" verify "$repo:good" "${who[@]}"
close_steps "verify refusals"
