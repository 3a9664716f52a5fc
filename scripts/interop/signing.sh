# Signing, both ways: what mpk signs is verified by cosign, sigstore-python and sigstore-go, and the reverse.
# shellcheck shell=bash
# Sourced by with_sandbox.sh and with_stack.sh after steps.sh; needs $MPK, $MODEL.

# arguments: repository trusted-root signing-config trust-config token-file identity issuer
signing_steps() {
  local ref=$1 root=$2 config=$3 trust_config=$4 token=$5 identity=$6 issuer=$7
  local dir=$STEPS_DIR/signing trust=(--trusted-root "$root")
  local services=(--signing-config "$config" --trusted-root "$root")
  local who=(--certificate-identity "$identity" --certificate-oidc-issuer "$issuer")
  mkdir -p "$dir"
  printf 'weights of a model' >"$dir/blob"
  printf 'others' >"$dir/other"
  printf '{"buildDefinition":{"buildType":"https://example.com/b","externalParameters":{}},"runDetails":{"builder":{"id":"https://example.com/r"}}}' >"$dir/predicate.json"

  accepts "mpk sign of a file, keyless" "$MPK" sign "$dir/blob" --identity-token "$token" "${services[@]}"
  local bundle=$dir/blob.sigstore.json
  accepts "cosign verify-blob of it" cosign verify-blob --bundle "$bundle" "${trust[@]}" "${who[@]}" "$dir/blob"
  refuses "cosign refuses it for another file" any "" cosign verify-blob --bundle "$bundle" "${trust[@]}" "${who[@]}" "$dir/other"
  accepts "sigstore-python verify of it" sigstore --trust-config "$trust_config" verify identity \
    --bundle "$bundle" --cert-identity "$identity" --cert-oidc-issuer "$issuer" "$dir/blob"
  accepts "sigstore-go's verifier takes it" sigstore-go-verification -artifact "$dir/blob" -trustedrootJSONpath "$root" \
    -expectedSAN "$identity" -expectedIssuer "$issuer" "$bundle"
  accepts "mpk verify of it" "$MPK" verify "$dir/blob" --bundle "$bundle" "${trust[@]}" "${who[@]}"
  refuses "a second one does not replace it" 2 "there is a file of this name" \
    "$MPK" sign "$dir/blob" --identity-token "$token" "${services[@]}"
  accepts "cosign sign-blob" cosign sign-blob --yes "${services[@]}" --identity-token "$token" \
    --bundle "$dir/theirs.json" "$dir/blob"
  accepts "mpk verify of cosign's blob bundle" "$MPK" verify "$dir/blob" --bundle "$dir/theirs.json" "${trust[@]}" "${who[@]}"

  openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$dir/p256.pem"
  openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out "$dir/p384.pem"
  openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$dir/rsa.pem"
  export COSIGN_PASSWORD=interop
  (cd "$dir" && cosign generate-key-pair >/dev/null 2>&1)
  mv "$dir/cosign.key" "$dir/cosign.pem" && mv "$dir/cosign.pub" "$dir/cosign.pem.pub"
  # Told nothing, cosign 3.1.3 hashes with SHA-256 whatever the key, and refuses its own P-384 signatures, too.
  local kind key digest sha384=(--signature-digest-algorithm sha384)
  for kind in p256 p384 rsa cosign; do
    key=$dir/$kind.pem digest=()
    [[ $kind != p384 ]] || digest=("${sha384[@]}")
    [[ $kind == cosign ]] || openssl pkey -in "$key" -pubout -out "$key.pub"
    accepts "mpk sign of a file with a key ($kind), no service" "$MPK" sign "$dir/blob" --key "$key" --bundle "$dir/$kind.json"
    accepts "cosign verify-blob of it ($kind)" cosign verify-blob --key "$key.pub" "${digest[@]}" \
      --bundle "$dir/$kind.json" --insecure-ignore-tlog "$dir/blob"
    accepts "mpk verify of it ($kind)" "$MPK" verify "$dir/blob" --bundle "$dir/$kind.json" --key "$key.pub"
    accepts "mpk sign of a file with a key ($kind), logged" "$MPK" sign "$dir/blob" --key "$key" \
      --bundle "$dir/$kind.logged.json" "${services[@]}"
    accepts "cosign verify-blob of that ($kind)" cosign verify-blob --key "$key.pub" "${digest[@]}" \
      --bundle "$dir/$kind.logged.json" "${trust[@]}" "$dir/blob"
    accepts "mpk verify of that ($kind)" "$MPK" verify "$dir/blob" --bundle "$dir/$kind.logged.json" --key "$key.pub" "${trust[@]}"
  done

  accepts "an artifact" "$MPK" push "$(dirname "$MODEL")/tiny-gguf" "$ref:by-key"
  local image
  image=$ref@$("$MPK" inspect "$ref:by-key" --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)["digest"])')
  key=$dir/p384.pem
  accepts "mpk sign of it with a key" "$MPK" sign "$ref:by-key" --key "$key" "${services[@]}"
  accepts "cosign verify of that" cosign verify --key "$key.pub" "${sha384[@]}" "${trust[@]}" "$image"
  accepts "mpk attest with a key" "$MPK" attest "$ref:by-key" --type slsaprovenance1 --predicate "$dir/predicate.json" \
    --key "$key" "${services[@]}"
  accepts "cosign verify-attestation of that" cosign verify-attestation --key "$key.pub" "${sha384[@]}" "${trust[@]}" \
    --type slsaprovenance1 "$image"
  accepts "mpk verify of the artifact by key" "$MPK" verify "$ref:by-key" --key "$key.pub" "${trust[@]}"
  accepts "cosign sign-blob with its key" cosign sign-blob --yes --key "$dir/cosign.pem" "${services[@]}" \
    --bundle "$dir/cosign-key.json" "$dir/blob"
  accepts "mpk verify of that bundle by key" "$MPK" verify "$dir/blob" --bundle "$dir/cosign-key.json" \
    --key "$dir/cosign.pem.pub" "${trust[@]}"
}
