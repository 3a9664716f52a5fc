#!/usr/bin/env bash
# Inside `mpk sandbox run`: the real clients use the sandbox's services and registry.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

dir=$MPK_SANDBOX_DIR
ref=$MPK_SANDBOX_REGISTRY/models/tiny
token=$dir/identity-token
signing=(--signing-config "$dir/signing-config.json" --trusted-root "$dir/trusted-root.json")
who=(--certificate-identity "$MPK_SANDBOX_IDENTITY" --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER")

accepts "mpk ship" "$MPK" ship "$MODEL" "$ref:1.0" "${signing[@]}"
digest=$("$MPK" inspect "$ref:1.0" --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)["digest"])')
image=$ref@$digest

accepts "cosign verify" cosign verify --trusted-root "$dir/trusted-root.json" "${who[@]}" "$image"
for type in slsaprovenance1 cyclonedx; do
  accepts "cosign verify-attestation --type $type" \
    cosign verify-attestation --trusted-root "$dir/trusted-root.json" "${who[@]}" --type "$type" "$image"
done
refuses "cosign refuses another identity" any "expected SAN value" \
  cosign verify --trusted-root "$dir/trusted-root.json" --certificate-identity eve@example.com \
  --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER" "$image"

accepts "mpk push of another model" "$MPK" push "$(dirname "$MODEL")/tiny-gguf" "$ref:unsigned"
refuses "mpk verify finds no signature on it" 10 "no signature" \
  "$MPK" verify "$ref:unsigned" --trusted-root "$dir/trusted-root.json" "${who[@]}"
other=$ref@$("$MPK" inspect "$ref:unsigned" --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)["digest"])')
accepts "cosign sign" cosign sign --yes "${signing[@]}" --identity-token "$token" "$other"
accepts "mpk verify of cosign's signature" \
  "$MPK" verify "$ref:unsigned" --trusted-root "$dir/trusted-root.json" "${who[@]}"
printf '{"buildDefinition":{"buildType":"https://example.com/b","externalParameters":{}},"runDetails":{"builder":{"id":"https://example.com/r"}}}' >"$STEPS_DIR/predicate.json"
accepts "cosign attest" cosign attest --yes "${signing[@]}" --identity-token "$token" \
  --type slsaprovenance1 --predicate "$STEPS_DIR/predicate.json" "$other"
accepts "mpk verify --type slsaprovenance1 of cosign's attestation" \
  "$MPK" verify "$ref:unsigned" --type slsaprovenance1 --trusted-root "$dir/trusted-root.json" "${who[@]}"

printf 'weights' >"$STEPS_DIR/file"
accepts "sigstore-python sign" sigstore --trust-config "$dir/trust-config.json" sign \
  --identity-token "$(<"$token")" --bundle "$STEPS_DIR/file.sigstore.json" "$STEPS_DIR/file"
accepts "sigstore-python verify" sigstore --trust-config "$dir/trust-config.json" verify identity \
  --bundle "$STEPS_DIR/file.sigstore.json" --cert-identity "$MPK_SANDBOX_IDENTITY" \
  --cert-oidc-issuer "$MPK_SANDBOX_ISSUER" "$STEPS_DIR/file"
accepts "mpk verify of sigstore-python's bundle" "$MPK" verify "$STEPS_DIR/file" \
  --bundle "$STEPS_DIR/file.sigstore.json" --trusted-root "$dir/trusted-root.json" "${who[@]}"
printf 'other' >"$STEPS_DIR/other"
refuses "mpk refuses that bundle for another file" 12 "refused" "$MPK" verify "$STEPS_DIR/other" \
  --bundle "$STEPS_DIR/file.sigstore.json" --trusted-root "$dir/trusted-root.json" "${who[@]}"

# What cosign wrote before bundles: tags beside the artifact, by key and by certificate.
(cd "$STEPS_DIR" && COSIGN_PASSWORD='' cosign generate-key-pair >/dev/null 2>&1)
accepts "mpk push of a third model" "$MPK" push "$(dirname "$MODEL")/tiny-onnx" "$ref:legacy"
third=$ref@$("$MPK" inspect "$ref:legacy" --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)["digest"])')
legacy=(--tlog-upload=false --new-bundle-format=false --use-signing-config=false --yes)
refuses "mpk verify --key finds no signature" 10 "no signature" "$MPK" verify "$ref:legacy" --key "$STEPS_DIR/cosign.pub"
accepts "cosign sign --key, the earlier form" env COSIGN_PASSWORD= cosign sign "${legacy[@]}" --key "$STEPS_DIR/cosign.key" "$third"
accepts "cosign attest --key, the earlier form" env COSIGN_PASSWORD= cosign attest "${legacy[@]}" \
  --key "$STEPS_DIR/cosign.key" --type slsaprovenance1 --predicate "$STEPS_DIR/predicate.json" "$third"
accepts "mpk verify --key of the .sig tag" "$MPK" verify "$ref:legacy" --key "$STEPS_DIR/cosign.pub"
accepts "mpk verify --key --type of the .att tag" "$MPK" verify "$ref:legacy" --type slsaprovenance1 --key "$STEPS_DIR/cosign.pub"
refuses "mpk does not read them with --legacy-tags never" 10 "no signature" \
  "$MPK" verify "$ref:legacy" --legacy-tags never --key "$STEPS_DIR/cosign.pub"
openssl ecparam -name prime256v1 -genkey -noout | openssl ec -pubout -out "$STEPS_DIR/other.pub" 2>/dev/null
refuses "another key is refused as such" 12 "key that was given" "$MPK" verify "$ref:legacy" --key "$STEPS_DIR/other.pub"

# Keyless: cosign's earlier form takes the services one by one, and the root of the CA from the environment.
"$PEERS_PYTHON" - "$dir" >"$STEPS_DIR/services" <<'PY'
import json, pathlib, sys
here = pathlib.Path(sys.argv[1])
config = json.loads((here / "signing-config.json").read_text())
print(config["caUrls"][0]["url"], config["tsaUrls"][0]["url"])
root = json.loads((here / "trusted-root.json").read_text())["certificateAuthorities"][0]["certChain"]["certificates"]
for one in root:
    print("-----BEGIN CERTIFICATE-----\n" + one["rawBytes"] + "\n-----END CERTIFICATE-----")
PY
read -r fulcio tsa <"$STEPS_DIR/services"
sed 1d "$STEPS_DIR/services" >"$STEPS_DIR/root.pem"
accepts "mpk push of a fourth model" "$MPK" push "$(dirname "$MODEL")/tiny-onnx" "$MPK_SANDBOX_REGISTRY/models/keyless:1"
accepts "cosign sign, keyless, the earlier form" env SIGSTORE_ROOT_FILE="$STEPS_DIR/root.pem" cosign sign "${legacy[@]}" \
  --fulcio-url "$fulcio" --timestamp-server-url "$tsa" --insecure-skip-verify=true --identity-token "$token" \
  "$MPK_SANDBOX_REGISTRY/models/keyless@${third#*@}"
accepts "mpk verify of the keyless .sig tag" "$MPK" verify "$MPK_SANDBOX_REGISTRY/models/keyless:1" \
  --trusted-root "$dir/trusted-root.json" "${who[@]}" --insecure-ignore-tlog
refuses "mpk demands its log entry otherwise" 12 "no transparency log entry" "$MPK" verify \
  "$MPK_SANDBOX_REGISTRY/models/keyless:1" --trusted-root "$dir/trusted-root.json" "${who[@]}"

accepts "cosign sign-blob --key" env COSIGN_PASSWORD= cosign sign-blob --yes "${signing[@]}" --key "$STEPS_DIR/cosign.key" \
  --bundle "$STEPS_DIR/key.sigstore.json" "$STEPS_DIR/file"
accepts "mpk verify --key of cosign's bundle" "$MPK" verify "$STEPS_DIR/file" --bundle "$STEPS_DIR/key.sigstore.json" --key "$STEPS_DIR/cosign.pub"
accepts "the same with what the trusted root lists" "$MPK" verify "$STEPS_DIR/file" --bundle "$STEPS_DIR/key.sigstore.json" \
  --key "$STEPS_DIR/cosign.pub" --trusted-root "$dir/trusted-root.json"

accepts "skopeo inspect --raw" skopeo inspect --raw --tls-verify=false "docker://$image"
accepts "skopeo copy keeps the digest" skopeo copy --quiet --preserve-digests --src-tls-verify=false "docker://$image" "oci:$STEPS_DIR/skopeo:1"
export REGCTL_CONFIG=$STEPS_DIR/regctl.json
accepts "regctl registry set" regctl registry set --tls disabled "$MPK_SANDBOX_REGISTRY"
accepts "regctl manifest get" regctl manifest get "$image"
accepts "regctl image copy with referrers" regctl image copy --referrers "$image" "ocidir://$STEPS_DIR/regctl:1"
accepts "mpk verify of regctl's copy" "$MPK" verify "oci:$STEPS_DIR/regctl:1" --trusted-root "$dir/trusted-root.json" "${who[@]}"
accepts "oras-python pull" "$PEERS_PYTHON" - "$image" "$STEPS_DIR/oras" <<'PY'
import os, sys, oras.client
client = oras.client.OrasClient(insecure=True)
files = client.pull(target=sys.argv[1], outdir=sys.argv[2])
assert len(files) == 10, files
PY
accepts "its files are the model's" diff -r "$MODEL" "$STEPS_DIR/oras"
. "$(dirname "${BASH_SOURCE[0]}")/signing.sh"
signing_steps "$ref" "$dir/trusted-root.json" "$dir/signing-config.json" "$dir/trust-config.json" "$token" \
  "$MPK_SANDBOX_IDENTITY" "$MPK_SANDBOX_ISSUER"
close_steps "sandbox"
