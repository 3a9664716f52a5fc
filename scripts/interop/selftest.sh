#!/usr/bin/env bash
# Proves the interop stack without mpk: the real clients sign, verify and refuse against it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Each step says `ok` or `FAILED` on one line; what the tools said is shown only for a failure.
report() { # outcome name
  printf '%s %s\n' "$1" "$2"
  printf '%s\n' "$1" >>"$SELFTEST_DIR/tally"
  [[ $1 == ok ]] || sed 's/^/    /' "$SELFTEST_DIR/output"
}

accepts() { # name command...
  local name=$1
  shift
  if "$@" >"$SELFTEST_DIR/output" 2>&1; then report ok "$name"; else report FAILED "$name"; fi
}

# A refusal counts only for the reason it is meant to have.
refuses() { # name expected-text command...
  local name=$1 text=$2
  shift 2
  if ! "$@" >"$SELFTEST_DIR/output" 2>&1 && grep -qF -- "$text" "$SELFTEST_DIR/output"; then
    report ok "$name"
  else
    report FAILED "$name"
  fi
}

push_artifact() { # sets $artifact
  printf 'weights' >"$SELFTEST_DIR/weights"
  local tag=$MPK_STACK_REGISTRY/models/tiny:v1
  accepts "regctl pushes an artifact" regctl artifact put --artifact-type application/vnd.mpk.selftest \
    --file "$SELFTEST_DIR/weights" "$tag"
  artifact=$MPK_STACK_REGISTRY/models/tiny@$(crane digest "$tag")
  accepts "skopeo reads it" skopeo inspect --raw --tls-verify=false "docker://$artifact"
}

cosign_sign() {
  cosign sign --yes --signing-config "$MPK_STACK_SIGNING_CONFIG" --trusted-root "$MPK_STACK_TRUSTED_ROOT" \
    --identity-token "$MPK_STACK_TOKEN" "$artifact"
}

cosign_attest() {
  printf '{"buildDefinition":{"buildType":"https://example.com/b","externalParameters":{}},"runDetails":{"builder":{"id":"https://example.com/r"}}}' \
    >"$SELFTEST_DIR/predicate.json"
  cosign attest --yes --signing-config "$MPK_STACK_SIGNING_CONFIG" --trusted-root "$MPK_STACK_TRUSTED_ROOT" \
    --identity-token "$MPK_STACK_TOKEN" --type slsaprovenance1 --predicate "$SELFTEST_DIR/predicate.json" "$artifact"
}

cosign_verify() { # verify|verify-attestation identity flags...
  cosign "$1" --trusted-root "$MPK_STACK_TRUSTED_ROOT" --certificate-identity "$2" \
    --certificate-oidc-issuer "$MPK_STACK_OIDC" "${@:3}" "$artifact"
}

check_cosign() {
  local me=$MPK_STACK_IDENTITY
  refuses "cosign finds no signature before there is one" "no signatures found" cosign_verify verify "$me"
  accepts "cosign sign" cosign_sign
  accepts "cosign verify, SCT included" cosign_verify verify "$me"
  refuses "cosign verify refuses another identity" "expected SAN value" cosign_verify verify eve@example.com
  refuses "cosign finds no attestation before there is one" "none of the attestations matched" \
    cosign_verify verify-attestation "$me" --type slsaprovenance1
  accepts "cosign attest" cosign_attest
  accepts "cosign verify-attestation" cosign_verify verify-attestation "$me" --type slsaprovenance1
  refuses "cosign verify-attestation refuses another type" "none of the attestations matched" \
    cosign_verify verify-attestation "$me" --type cyclonedx
}

sigstore_verify() { # identity file
  sigstore --trust-config "$MPK_STACK_TRUST_CONFIG" verify identity --bundle "$SELFTEST_DIR/weights.sigstore.json" \
    --cert-identity "$1" --cert-oidc-issuer "$MPK_STACK_OIDC" "$2"
}

check_sigstore_python() {
  printf 'other' >"$SELFTEST_DIR/other"
  accepts "sigstore-python sign" sigstore --trust-config "$MPK_STACK_TRUST_CONFIG" sign \
    --identity-token "$(<"$MPK_STACK_TOKEN")" --bundle "$SELFTEST_DIR/weights.sigstore.json" "$SELFTEST_DIR/weights"
  accepts "sigstore-python verify" sigstore_verify "$MPK_STACK_IDENTITY" "$SELFTEST_DIR/weights"
  refuses "sigstore-python refuses another identity" "Certificate's SANs do not match" \
    sigstore_verify eve@example.com "$SELFTEST_DIR/weights"
  refuses "sigstore-python refuses another file" "Bundle message digest mismatch" \
    sigstore_verify "$MPK_STACK_IDENTITY" "$SELFTEST_DIR/other"
  accepts "sigstore-go verifies sigstore-python's bundle" sigstore-go-verification \
    -artifact "$SELFTEST_DIR/weights" -expectedIssuer "$MPK_STACK_OIDC" -expectedSAN "$MPK_STACK_IDENTITY" \
    -trustedrootJSONpath "$MPK_STACK_TRUSTED_ROOT" "$SELFTEST_DIR/weights.sigstore.json"
}

model_verify() {
  model_signing verify sigstore --trust_config "$MPK_STACK_TRUST_CONFIG" --identity "$MPK_STACK_IDENTITY" \
    --identity_provider "$MPK_STACK_OIDC" --signature "$SELFTEST_DIR/model.sig" "$SELFTEST_DIR/model"
}

check_model_signing() {
  mkdir "$SELFTEST_DIR/model"
  printf 'weights' >"$SELFTEST_DIR/model/weights"
  accepts "model_signing sign" model_signing sign sigstore --trust_config "$MPK_STACK_TRUST_CONFIG" \
    --identity_token "$(<"$MPK_STACK_TOKEN")" --signature "$SELFTEST_DIR/model.sig" "$SELFTEST_DIR/model"
  accepts "model_signing verify" model_verify
  printf 'changed' >"$SELFTEST_DIR/model/weights"
  refuses "model_signing refuses a changed file" "Hash mismatch" model_verify
}

# Without this, a client that looks at no SCT would pass every other step.
check_garbage_sct() {
  accepts "with a CT log that signs garbage, cosign sign" cosign_sign
  refuses "its SCT is refused by cosign verify" "only able to verify 0 SCT entries" cosign_verify verify "$MPK_STACK_IDENTITY"
  accepts "and is all that is wrong" cosign_verify verify "$MPK_STACK_IDENTITY" --insecure-ignore-sct
}

check_foreign_log() {
  accepts "with a CT log of the caller, cosign sign" cosign_sign
  accepts "its SCT is accepted by cosign verify" cosign_verify verify "$MPK_STACK_IDENTITY"
}

inside() {
  local check
  push_artifact
  for check in "$@"; do "$check"; done
}

on_stack() { # checks...
  rm -rf "$SELFTEST_DIR/stack"
  "$here/stack.sh" run "$SELFTEST_DIR/stack" -- "$here/selftest.sh" inside "$@" && return
  : >"$SELFTEST_DIR/output"
  report FAILED "stack for: $*"
}

main() {
  local passed failed key
  SELFTEST_DIR=$(mktemp -d)
  export SELFTEST_DIR
  trap 'rm -rf "$SELFTEST_DIR"' EXIT
  on_stack check_cosign check_sigstore_python check_model_signing
  MPK_CT_GARBAGE=1 on_stack check_garbage_sct
  key=$SELFTEST_DIR/ct.key
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$key"
  openssl pkey -in "$key" -pubout -out "$key.pub"
  MPK_CT_URL=http://127.0.0.1:5700 MPK_CT_PUBLIC_KEY=$key.pub \
    MPK_CT_COMMAND="python3 '$here/ctlog.py' --port 5700 --key '$key'" on_stack check_foreign_log
  passed=$(grep -c '^ok$' "$SELFTEST_DIR/tally" || true)
  failed=$(grep -c '^FAILED$' "$SELFTEST_DIR/tally" || true)
  printf '%s passed, %s failed\n' "$passed" "$failed"
  [[ $failed -eq 0 ]]
}

if [[ ${1:-} == inside ]]; then
  inside "${@:2}"
else
  main
fi
