#!/usr/bin/env bash
# Inside scripts/interop/stack.sh run: mpk with real fulcio, rekor-tiles, timestamp-server, docker-registry.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

ref=$MPK_STACK_REGISTRY/models/tiny
signing=(--signing-config "$MPK_STACK_SIGNING_CONFIG" --trusted-root "$MPK_STACK_TRUSTED_ROOT" --identity-token "$MPK_STACK_TOKEN")
trust=(--trusted-root "$MPK_STACK_TRUSTED_ROOT")
who=(--certificate-identity "$MPK_STACK_IDENTITY" --certificate-oidc-issuer "$MPK_STACK_OIDC")
digest_of() { "$MPK" inspect "$1" --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)["digest"])'; }

if [[ -n ${GARBAGE_STEPS:-} ]]; then
  refuses "mpk ship refuses an SCT that is garbage, and pushes no tag" 12 "SCT" "$MPK" ship "$MODEL" "$ref:1.0" "${signing[@]}"
  refuses "there is no tag" 11 "not found" "$MPK" inspect "$ref:1.0"
  accepts "an artifact without a signature" "$MPK" push "$MODEL" "$ref:1.0"
  accepts "cosign signs without looking at the SCT" cosign sign --yes "${signing[@]}" "$ref@$(digest_of "$ref:1.0")"
  refuses "mpk verify refuses that" 12 "SCT" "$MPK" verify "$ref:1.0" "${trust[@]}" "${who[@]}"
  accepts "and accepts it when told to ignore SCTs" "$MPK" verify "$ref:1.0" "${trust[@]}" "${who[@]}" --insecure-ignore-sct
  close_steps "garbage CT log"
  exit
fi

accepts "mpk ship" "$MPK" ship "$MODEL" "$ref:1.0" "${signing[@]}"
image=$ref@$(digest_of "$ref:1.0")
accepts "mpk verify" "$MPK" verify "$ref:1.0" "${trust[@]}" "${who[@]}"
accepts "cosign verify, SCT included" cosign verify "${trust[@]}" "${who[@]}" "$image"
for type in slsaprovenance1 cyclonedx; do
  accepts "cosign verify-attestation --type $type" cosign verify-attestation "${trust[@]}" "${who[@]}" --type "$type" "$image"
done
if [[ -n ${CT_STEPS:-} ]]; then
  close_steps "sandbox CT log"
  exit
fi
refuses "cosign refuses another identity" any "expected SAN value" cosign verify "${trust[@]}" \
  --certificate-identity eve@example.com --certificate-oidc-issuer "$MPK_STACK_OIDC" "$image"
refuses "mpk refuses another identity" 12 "somebody else" "$MPK" verify "$ref:1.0" "${trust[@]}" \
  --certificate-identity eve@example.com --certificate-oidc-issuer "$MPK_STACK_OIDC"
refuses "mpk refuses another issuer" 12 "somebody else" "$MPK" verify "$ref:1.0" "${trust[@]}" \
  --certificate-identity "$MPK_STACK_IDENTITY" --certificate-oidc-issuer https://accounts.example

accepts "mpk push of another model" "$MPK" push "$(dirname "$MODEL")/tiny-onnx" "$ref:two"
accepts "cosign sign" cosign sign --yes "${signing[@]}" "$ref@$(digest_of "$ref:two")"
accepts "mpk verify of cosign's signature" "$MPK" verify "$ref:two" "${trust[@]}" "${who[@]}"
accepts "mpk sign beside it" "$MPK" sign "$ref:two" "${signing[@]}"
accepts "cosign verify of both" cosign verify "${trust[@]}" "${who[@]}" "$ref@$(digest_of "$ref:two")"

accepts "mpk provenance create" "$MPK" provenance create -o "$STEPS_DIR/prov.json"
accepts "mpk push of a third" "$MPK" push "$(dirname "$MODEL")/tiny-gguf" "$ref:three"
accepts "mpk attest" "$MPK" attest "$ref:three" --type slsaprovenance1 --predicate "$STEPS_DIR/prov.json" "${signing[@]}"
refuses "an attestation is no signature" 10 "no signature" "$MPK" verify "$ref:three" "${trust[@]}" "${who[@]}"
accepts "cosign verify-attestation of it" cosign verify-attestation "${trust[@]}" "${who[@]}" --type slsaprovenance1 "$ref@$(digest_of "$ref:three")"

accepts "sigstore-python sign" sigstore --trust-config "$MPK_STACK_TRUST_CONFIG" sign \
  --identity-token "$(<"$MPK_STACK_TOKEN")" --bundle "$STEPS_DIR/b.json" "$STEPS_DIR/prov.json"
accepts "mpk verify of sigstore-python's bundle" "$MPK" verify "$STEPS_DIR/prov.json" --bundle "$STEPS_DIR/b.json" "${trust[@]}" "${who[@]}"

accepts "mpk copy into a layout" "$MPK" copy "$ref:1.0" "oci:$STEPS_DIR/layout:1.0"
accepts "mpk verify of the layout" "$MPK" verify "oci:$STEPS_DIR/layout:1.0" "${trust[@]}" "${who[@]}"
accepts "cosign verify --local-image of the layout" cosign verify --local-image "${trust[@]}" "${who[@]}" "$STEPS_DIR/layout"
accepts "mpk pull" "$MPK" pull "$ref:1.0" -o "$STEPS_DIR/out" "${trust[@]}" "${who[@]}"
accepts "the files are the model's" diff -r "$MODEL" "$STEPS_DIR/out"
accepts "skopeo inspect --raw" skopeo inspect --raw --tls-verify=false "docker://$image"
accepts "crane manifest" crane manifest "$image"
. "$(dirname "${BASH_SOURCE[0]}")/signing.sh"
signing_steps "$ref" "$MPK_STACK_TRUSTED_ROOT" "$MPK_STACK_SIGNING_CONFIG" "$MPK_STACK_TRUST_CONFIG" "$MPK_STACK_TOKEN" \
  "$MPK_STACK_IDENTITY" "$MPK_STACK_OIDC"
close_steps "stack"
