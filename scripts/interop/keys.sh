#!/usr/bin/env bash
# Key files and key plugins, mpk beside cosign and openssl: keys.sh DIRECTORY. Needs MPK and cosign on PATH.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(realpath "$here/../..")
work=${1:?usage: $0 DIRECTORY}
mkdir -p "$work/steps"
STEPS_DIR=$work/steps
. "$here/steps.sh"
cd "$work"
unset MPK_KEY_PASSWORD COSIGN_PASSWORD
is() { [[ $1 == "$2" ]] || { printf 'found    %s\nexpected %s\n' "$1" "$2"; return 1; }; }
with() { # password command…
  COSIGN_PASSWORD=$1 "${@:2}"
}
echo hello >blob
# The signature alone: no log, no services.
sign_blob() { cosign sign-blob --yes --key "$1" --tlog-upload=false --use-signing-config=false --bundle "$2" blob; }
# cosign 3.1 verifies with SHA-256 whatever the key is, though it signs with the curve's own hash.
openssl_verifies() { # hash key bundle
  python3 -c 'import base64, json, sys
print(json.load(sys.stdin)["messageSignature"]["signature"])' <"$3" | base64 -d >signature
  openssl dgst "-$1" -verify "$2" -signature signature blob
}
verify_blob() { cosign verify-blob --key "$1" --bundle "$2" --insecure-ignore-tlog blob; }

# cosign's keys in mpk.
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out plain-p384.pem 2>/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out plain-p521.pem 2>/dev/null
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out plain-rsa.pem 2>/dev/null
openssl genpkey -algorithm ed25519 -out plain-ed25519.pem
cosign_key() { # name: P-256 it makes, the others it imports
  if [[ $1 == p256 ]]; then
    with right cosign generate-key-pair --output-key-prefix "cosign-$1"
  else
    with right cosign import-key-pair --yes --key "plain-$1.pem" --output-key-prefix "cosign-$1"
  fi
}
for kind in p256 p384 p521 rsa ed25519; do
  accepts "a key of cosign: $kind" cosign_key "$kind"
  key=cosign-$kind
  accepts "mpk opens it" is "$(with right "$MPK" key public "$key.key")" "$(cat "$key.pub")"
  refuses "not with a wrong password" 2 "wrong password" with wrong "$MPK" key public "$key.key"
  accepts "mpk writes it anew" with right "$MPK" key import "$key.key" --form pkcs8 -o "$key.pem"
  accepts "openssl reads the same key" is "$(openssl pkey -in "$key.pem" -passin pass:right -pubout)" "$(cat "$key.pub")"
done
with "" cosign generate-key-pair --output-key-prefix none >"$STEPS_DIR/output" 2>&1
accepts "mpk opens a key without a password" is "$("$MPK" key public none.key </dev/null)" "$(cat none.pub)"

# mpk's keys in cosign and openssl.
for type in ecdsa-p256 ecdsa-p384 ecdsa-p521 rsa-2048 rsa-4096 ed25519; do
  accepts "mpk makes $type" with right "$MPK" key generate --type "$type" -o "mpk-$type.key"
  accepts "cosign opens it" is "$(with right cosign public-key --key "mpk-$type.key" 2>/dev/null)" "$(cat "mpk-$type.pub")"
  refuses "not with a wrong password" any "decrypt" with wrong cosign public-key --key "mpk-$type.key"
  accepts "cosign signs with it" with right sign_blob "mpk-$type.key" "mpk-$type.json"
  case $type in
    ecdsa-p384) accepts "openssl verifies that" openssl_verifies sha384 "mpk-$type.pub" "mpk-$type.json" ;;
    ecdsa-p521) accepts "openssl verifies that" openssl_verifies sha512 "mpk-$type.pub" "mpk-$type.json" ;;
    ed25519) ;; # Ed25519ph, which cosign verifies in a log's entry only
    *) accepts "and verifies that" verify_blob "mpk-$type.pub" "mpk-$type.json" ;;
  esac
  accepts "mpk makes $type in PKCS#8" with right "$MPK" key generate --type "$type" --form pkcs8 -o "mpk-$type.pem"
  accepts "openssl reads it" is "$(openssl pkey -in "mpk-$type.pem" -passin pass:right -pubout)" "$(cat "mpk-$type.pem.pub")"
done
accepts "plain PKCS#8" "$MPK" key generate --form pkcs8 --insecure-no-password -o plain.pem
accepts "cosign imports it" with right cosign import-key-pair --yes --key plain.pem --output-key-prefix imported
accepts "and it is the same key" is "$(with right "$MPK" key public imported.key)" "$(cat plain.pem.pub)"

# One plugin, driven by both.
export PATH=$root/lib/keys/test_plugin:$PATH TESTKMS_LOG=$work/calls
key=testkms://$work/plain.pem
asked() { # method: the calls of it, without the deadline that only cosign gives
  python3 - "$work/calls" "$1" <<'PY'
import json, sys
calls = [json.loads(line) for line in open(sys.argv[1])]
for call in calls:
    call["request"]["initOptions"].pop("ctxDeadline", None)
print("\n".join(sorted({json.dumps(c, sort_keys=True) for c in calls if c["request"]["methodName"] == sys.argv[2]})))
PY
}
accepts "cosign asks the plugin for the public key" is "$(cosign public-key --key "$key" 2>/dev/null)" "$(cat plain.pem.pub)"
asked publicKey >by-cosign
rm calls
accepts "mpk does" is "$("$MPK" key public "$key")" "$(cat plain.pem.pub)"
asked publicKey >by-mpk
accepts "with the same arguments" diff by-cosign by-mpk
rm calls
accepts "cosign signs by the plugin" sign_blob "$key" plugin.json
accepts "and verifies that" verify_blob plain.pem.pub plugin.json
asked signMessage >by-cosign
accepts "a call has the message and its digest" grep -q '"digest": "WJG1tSLV3whtD/CxEPvZ0hu0/HFjrzTQgoai6Eb2vgM="' by-cosign
refuses "cosign tells the plugin's error" any "access denied" cosign public-key --key "$key#error"
refuses "so does mpk" 3 "access denied" "$MPK" key public "$key#error"
close_steps "keys with cosign and openssl"
