#!/usr/bin/env bash
# Inside scripts/interop/stack.sh run: a real Rekor v1 as the only log; mpk, cosign and sigstore-python use it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/steps.sh"
. "$here/rekor1.sh"
trap rekor1_stop EXIT
rekor1_start "$MPK_STACK_DIR/rekor1"

cd "$STEPS_DIR"
ref=$MPK_STACK_REGISTRY/models/tiny
start=$(date -u -d '1 hour ago' +%Y-%m-%dT%H:%M:%SZ)
service=start-time=$start,operator=interop
# No timestamp authority: the log's promise is the only time that verifiers get, as it was for years.
cosign trusted-root create --out root.json \
  --fulcio "url=$MPK_STACK_FULCIO,certificate-chain=$MPK_STACK_DIR/keys/ca-chain.pem,start-time=$start" \
  --ctfe "url=$MPK_STACK_CT,public-key=$MPK_STACK_DIR/keys/ct.pub,start-time=$start" \
  --rekor "url=$MPK_REKOR1_URL,public-key=$MPK_REKOR1_KEY,start-time=$start" 2>output
cosign signing-config create --out config.json --fulcio "url=$MPK_STACK_FULCIO,api-version=1,$service" \
  --rekor "url=$MPK_REKOR1_URL,api-version=1,$service" --rekor-config ANY \
  --oidc-provider "url=$MPK_STACK_OIDC,api-version=1,$service" --tsa-config ANY 2>output
printf '{"mediaType":"application/vnd.dev.sigstore.clienttrustconfig.v0.1+json","trustedRoot":%s,"signingConfig":%s}\n' \
  "$(<root.json)" "$(<config.json)" >trust-config.json

services=(--signing-config config.json --trusted-root root.json)
signing=("${services[@]}" --identity-token "$MPK_STACK_TOKEN")
trust=(--trusted-root root.json)
who=(--certificate-identity "$MPK_STACK_IDENTITY" --certificate-oidc-issuer "$MPK_STACK_OIDC")
digest_of() { "$MPK" inspect "$1" --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)["digest"])'; }
entry() { # bundle expression of its log entry e
  python3 -c 'import json,sys; e = json.load(open(sys.argv[1]))["verificationMaterial"]["tlogEntries"][0]; print(eval(sys.argv[2]))' "$@"
}
# The log itself must have what the bundle says: nothing of it is the client's invention.
tree_size() { curl --silent --fail "$MPK_REKOR1_URL/api/v1/log" | python3 -c 'import json,sys; print(json.load(sys.stdin)["treeSize"])'; }
logged() { # bundle kind
  [[ $(entry "$1" 'e["kindVersion"]["kind"] + " " + e["kindVersion"]["version"]') == "$2 0.0.1" ]] || return 1
  curl --silent --fail "$MPK_REKOR1_URL/api/v1/log/entries?logIndex=$(entry "$1" 'e.get("logIndex", 0)')" >entry.json
  [[ $(python3 -c 'import json; print(*[v["body"] for v in json.load(open("entry.json")).values()])') == \
    "$(entry "$1" 'e["canonicalizedBody"]')" ]]
}

printf '{"buildDefinition":{"buildType":"https://ci.example/b","externalParameters":{}},"runDetails":{"builder":{"id":"https://ci.example"}}}' >predicate.json
head -c 20000 /dev/urandom >blob
accepts "cosign sign-blob" cosign sign-blob --yes "${signing[@]}" --bundle cosign.json blob
accepts "its entry is a hashedrekord 0.0.1" logged cosign.json hashedrekord
accepts "mpk verify of it" "$MPK" verify blob --bundle cosign.json "${trust[@]}" "${who[@]}"
refuses "mpk does not know the log by the other root" 12 "log" "$MPK" verify blob --bundle cosign.json \
  --trusted-root "$MPK_STACK_TRUSTED_ROOT" "${who[@]}"
python3 - <<'PY'
import base64, json
bundle = json.load(open("cosign.json"))
promise = bundle["verificationMaterial"]["tlogEntries"][0]["inclusionPromise"]
raw = bytearray(base64.b64decode(promise["signedEntryTimestamp"]))
raw[-1] ^= 1
promise["signedEntryTimestamp"] = base64.b64encode(raw).decode()
json.dump(bundle, open("flipped.json", "w"))
PY
refuses "mpk refuses a flipped bit in the log's promise" 12 "signed entry timestamp" "$MPK" verify blob --bundle flipped.json "${trust[@]}" "${who[@]}"
accepts "cosign attest-blob" cosign attest-blob --yes "${signing[@]}" --type slsaprovenance1 \
  --predicate predicate.json --bundle attested.json blob
accepts "its entry is a dsse 0.0.1" logged attested.json dsse
accepts "mpk verify of the attestation" "$MPK" verify blob --bundle attested.json "${trust[@]}" "${who[@]}" --type slsaprovenance1
accepts "sigstore-python sign" sigstore --trust-config trust-config.json sign \
  --identity-token "$(<"$MPK_STACK_TOKEN")" --bundle python.json blob
accepts "its entry is a hashedrekord 0.0.1" logged python.json hashedrekord
accepts "mpk verify of it" "$MPK" verify blob --bundle python.json "${trust[@]}" "${who[@]}"

accepts "mpk sign of a file" "$MPK" sign blob --bundle mpk.json "${signing[@]}"
accepts "its entry is a hashedrekord 0.0.1" logged mpk.json hashedrekord
accepts "cosign verify-blob of it" cosign verify-blob "${trust[@]}" "${who[@]}" --bundle mpk.json blob
accepts "sigstore-python verify of it" sigstore --trust-config trust-config.json verify identity --bundle mpk.json \
  --cert-identity "$MPK_STACK_IDENTITY" --cert-oidc-issuer "$MPK_STACK_OIDC" blob

export COSIGN_PASSWORD=interop
cosign generate-key-pair 2>output
accepts "mpk sign of a file with cosign's P-256 key" "$MPK" sign blob --key cosign.key --bundle key.json "${services[@]}"
accepts "its entry is a hashedrekord 0.0.1" logged key.json hashedrekord
accepts "cosign verify-blob --key of it" cosign verify-blob --key cosign.pub "${trust[@]}" --bundle key.json blob
accepts "mpk verify --key of it" "$MPK" verify blob --bundle key.json --key cosign.pub "${trust[@]}"
accepts "cosign sign-blob --key" cosign sign-blob --yes --key cosign.key "${services[@]}" --bundle cosign-key.json blob
accepts "mpk verify --key of that" "$MPK" verify blob --bundle cosign-key.json --key cosign.pub "${trust[@]}"
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key
openssl pkey -in rsa.key -pubout -out rsa.pub
refuses "mpk refuses another key" 12 "does not hold for the key" "$MPK" verify blob --bundle key.json --key rsa.pub "${trust[@]}"
# RSA signs the same bytes the same way: the second time the log has the entry already.
accepts "mpk sign with an RSA key" "$MPK" sign blob --key rsa.key --bundle rsa.json "${services[@]}"
before=$(tree_size)
accepts "and once more" "$MPK" sign blob --key rsa.key --bundle again.json "${services[@]}"
accepts "gives the entry that the log has" cmp <(entry rsa.json 'e["logIndex"], e["canonicalizedBody"]') \
  <(entry again.json 'e["logIndex"], e["canonicalizedBody"]')
accepts "which took nothing more" test "$(tree_size)" = "$before"
accepts "cosign verify-blob --key of it" cosign verify-blob --key rsa.pub "${trust[@]}" --bundle again.json blob

accepts "mpk ship" "$MPK" ship "$MODEL" "$ref:1.0" "${signing[@]}"
image=$ref@$(digest_of "$ref:1.0")
accepts "mpk verify" "$MPK" verify "$ref:1.0" "${trust[@]}" "${who[@]}"
accepts "cosign verify" cosign verify "${trust[@]}" "${who[@]}" "$image"
for type in slsaprovenance1 cyclonedx; do
  accepts "cosign verify-attestation --type $type" cosign verify-attestation "${trust[@]}" "${who[@]}" --type "$type" "$image"
done
accepts "mpk push of another model" "$MPK" push "$(dirname "$MODEL")/tiny-onnx" "$ref:two"
accepts "cosign sign" cosign sign --yes "${signing[@]}" "$ref@$(digest_of "$ref:two")"
accepts "mpk verify of cosign's signature" "$MPK" verify "$ref:two" "${trust[@]}" "${who[@]}"
accepts "mpk sign beside it" "$MPK" sign "$ref:two" "${signing[@]}"
accepts "cosign verify of both" cosign verify "${trust[@]}" "${who[@]}" "$ref@$(digest_of "$ref:two")"
accepts "mpk attest with the P-256 key" "$MPK" attest "$ref:two" --key cosign.key --type https://example.com/eval/v1 \
  --predicate predicate.json "${services[@]}"
accepts "cosign verify-attestation --key of it" cosign verify-attestation "${trust[@]}" --key cosign.pub \
  --type https://example.com/eval/v1 "$ref@$(digest_of "$ref:two")"

# The log's answer is lost once: the same entry is a 409 then, and the bundle is of the entry that the log has.
before=$(tree_size)
setpriv --pdeathsig KILL -- python3 "$here/lose_answer.py" 5630 "$MPK_REKOR1_URL" >proxy.log &
rekor1_pids+=($!)
until (: <>/dev/tcp/127.0.0.1/5630) 2>/dev/null; do sleep 0.05; done
sed "s#$MPK_REKOR1_URL#http://127.0.0.1:5630#" config.json >lossy.json
accepts "mpk push of a third" "$MPK" push "$(dirname "$MODEL")/tiny-gguf" "$ref:three"
accepts "mpk attest when the log's answer is lost" "$MPK" attest "$ref:three" --type slsaprovenance1 \
  --predicate predicate.json --signing-config lossy.json --trusted-root root.json --identity-token "$MPK_STACK_TOKEN"
accepts "the log took it, said 409 to the second and gave it out" test "$(tr '\n' ' ' <proxy.log)" = "POST 201 POST 409 GET 200 "
accepts "there is one entry of it" test "$(tree_size)" = $((before + 1))
accepts "cosign verify-attestation of it" cosign verify-attestation "${trust[@]}" "${who[@]}" \
  --type slsaprovenance1 "$ref@$(digest_of "$ref:three")"

python3 -c 'import json; json.dump({"pad": "x" * 300000}, open("large.json", "w"))'
before=$(tree_size)
refuses "a predicate that is too large for the log" any "which is too large for it" "$MPK" attest "$ref:two" \
  --type https://example.com/large/v1 --predicate large.json "${signing[@]}"
accepts "of which it was told once, and took nothing" test "$(grep -c 'body too large' "$rekor1_dir/logs/rekor-server.log"),$(tree_size)" = "1,$before"

# An aiBOM that is too large is a blob of the repository, and what is signed refers to it.
cp -r "$MODEL" large
for i in {1..2000}; do printf '%s\n' "$i" >"large/part-$i.txt"; done
cat >policy.yaml <<POLICY
apiVersion: mpk/v1
signers: [{identity: $MPK_STACK_IDENTITY, issuer: "$MPK_STACK_OIDC"}]
aibom: {required: true, agreesWithLayers: true}
POLICY
large_ship() { "$MPK" ship large "$ref:large" "${signing[@]}" >large.log && grep "aibom .*by reference: too large for $MPK_REKOR1_URL" large.log; }
accepts "mpk ship where the aiBOM is too large" large_ship
accepts "mpk verify follows it" "$MPK" verify "$ref:large" "${trust[@]}" --policy policy.yaml
accepts "mpk aibom show, too" "$MPK" aibom show "$ref:large" "${trust[@]}"
accepts "cosign verify-attestation of the reference" cosign verify-attestation "${trust[@]}" "${who[@]}" \
  --type https://in-toto.io/attestation/reference/v0.1 "$ref@$(digest_of "$ref:large")"

# Where no timestamp authority is listed, cosign writes "tsaConfig": {}.
python3 -c 'import json; c = json.load(open("config.json")); c["tsaConfig"] = {}; json.dump(c, open("bare.json", "w"))'
accepts "mpk sign with cosign's config without timestamp authorities" "$MPK" sign "$ref:three" \
  --signing-config bare.json --trusted-root root.json --identity-token "$MPK_STACK_TOKEN"
accepts "mpk verify of it" "$MPK" verify "$ref:three" "${trust[@]}" "${who[@]}"
accepts "cosign verify of it" cosign verify "${trust[@]}" "${who[@]}" "$ref@$(digest_of "$ref:three")"
close_steps "Rekor v1"
