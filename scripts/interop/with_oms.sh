#!/usr/bin/env bash
# Inside `mpk sandbox run`: mpk and the reference client of OpenSSF Model Signing, both ways, with a
# key, with a certificate of one's own CA and keyless.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
dir=$MPK_SANDBOX_DIR
signing=(--signing-config "$dir/signing-config.json" --trusted-root "$dir/trusted-root.json")
trust=(--trusted-root "$dir/trusted-root.json")
who=(--certificate-identity "$MPK_SANDBOX_IDENTITY" --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER")
cd "$STEPS_DIR"

# -- a model with everything that a path can be
model=$STEPS_DIR/model
mkdir -p "$model/sub/.hidden" "$model/.git" "$model/.github"
head -c 3000000 /dev/urandom >"$model/weights.bin"
printf 'w' >"$model/模型.bin"
printf 'w' >"$model/Ärger (copy) 1:2.bin"
printf 'x' >"$model/.env.example"
printf 'x' >"$model/sub/.hidden/a"
printf 'x' >"$model/sub.b"
printf 'x' >"$model/sub/.gitignore"
printf 'x' >"$model/.gitmodules"
: >"$model/empty"
printf 'x' >"$model/.git/config"
printf 'x' >"$model/.gitignore"
printf 'x' >"$model/.gitattributes"
printf 'x' >"$model/.github/x"
cp -r "$model" linked
ln -s weights.bin linked/link.bin

# -- keys and a CA
key() { openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$1" -out "$2.pem" 2>/dev/null && openssl pkey -in "$2.pem" -pubout -out "$2.pub"; }
for curve in P-256 P-384 P-521; do key "$curve" "$curve"; done
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.pem -out ca.crt -days 30 -subj "/CN=own root" \
  -addext "keyUsage=critical,keyCertSign" 2>/dev/null
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout int.pem -out int.csr -subj "/CN=own intermediate" 2>/dev/null
openssl x509 -req -in int.csr -CA ca.crt -CAkey ca.pem -CAcreateserial -days 20 -out int.crt \
  -extfile <(printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n') 2>/dev/null
openssl req -new -key P-384.pem -out leaf.csr -subj "/CN=model signer" 2>/dev/null
openssl x509 -req -in leaf.csr -CA int.crt -CAkey int.pem -CAcreateserial -days 10 -out leaf.crt \
  -extfile <(printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\nbasicConstraints=critical,CA:FALSE\n') 2>/dev/null
cat leaf.crt int.crt >chain.crt
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other-ca.pem -out other-ca.crt -days 30 -subj "/CN=other root" 2>/dev/null

theirs() { model_signing "$@"; }

# -- with a key, each curve
for curve in P-256 P-384 P-521; do
  accepts "mpk sign DIR, $curve" "$MPK" sign "$model" --key "$curve.pem" --bundle "$curve.sig"
  accepts "model_signing verifies it" theirs verify key --public_key "$curve.pub" --signature "$curve.sig" "$model"
  accepts "mpk verifies it" "$MPK" verify "$model" --bundle "$curve.sig" --key "$curve.pub"
  accepts "model_signing sign, $curve" theirs sign key --private_key "$curve.pem" --signature "$curve.theirs" "$model"
  accepts "mpk verifies that" "$MPK" verify "$model" --bundle "$curve.theirs" --key "$curve.pub"
done
refuses "mpk refuses another key" 12 "signature does not hold" "$MPK" verify "$model" --bundle P-256.theirs --key P-384.pub
refuses "model_signing refuses mpk's signature with another key" any "" theirs verify key --public_key P-384.pub --signature P-256.sig "$model"

# -- the signature in the model, ignored paths, git's files
accepts "mpk sign with the signature inside" "$MPK" sign "$model" --key P-256.pem --bundle "$model/model.sig" --ignore-paths sub/.hidden
accepts "model_signing verifies that" theirs verify key --public_key P-256.pub --signature "$model/model.sig" "$model"
accepts "mpk verifies that" "$MPK" verify "$model" --bundle "$model/model.sig" --key P-256.pub
rm "$model/model.sig"
accepts "model_signing sign with the signature inside" theirs sign key --private_key P-256.pem --signature "$model/model.sig" \
  --ignore-paths "$model/sub/.hidden" "$model"
accepts "mpk verifies it in its place" "$MPK" verify "$model" --bundle "$model/model.sig" --key P-256.pub
rm "$model/model.sig"
accepts "mpk sign, git's files too" "$MPK" sign "$model" --key P-256.pem --bundle git.sig --no-ignore-git-paths
accepts "model_signing verifies that" theirs verify key --public_key P-256.pub --signature git.sig --no-ignore-git-paths "$model"
accepts "mpk verifies that without being told" "$MPK" verify "$model" --bundle git.sig --key P-256.pub

# -- symlinks
refuses "mpk refuses a symlink by name" 2 "link.bin: a symlink" "$MPK" sign linked --key P-256.pem --bundle linked.sig
refuses "model_signing refuses it as well" any "symlink" theirs sign key --private_key P-256.pem --signature x.sig linked
accepts "mpk sign --allow-symlinks" "$MPK" sign linked --key P-256.pem --bundle linked.sig --allow-symlinks
accepts "model_signing verifies that" theirs verify key --public_key P-256.pub --signature linked.sig --allow_symlinks linked
accepts "model_signing sign --allow_symlinks" theirs sign key --private_key P-256.pem --signature linked.theirs --allow_symlinks linked
accepts "mpk verifies that, as it is recorded or allowed" "$MPK" verify linked --bundle linked.theirs --key P-256.pub --allow-symlinks

cp -r "$model" behind
mkdir -p behind/real && printf 'x' >behind/real/x
ln -s real behind/dirlink
accepts "model_signing leaves a link to a directory out without a word" theirs sign key --private_key P-256.pem --signature dir.theirs \
  --allow_symlinks behind
refuses "mpk refuses it by name" 1 "dirlink: a symlink to a directory" "$MPK" verify behind --bundle dir.theirs --key P-256.pub
accepts "mpk verifies that when told to leave it out" "$MPK" verify behind --bundle dir.theirs --key P-256.pub --ignore-paths dirlink
refuses "mpk does not sign it" 2 "dirlink: a symlink to a directory" "$MPK" sign behind --key P-256.pem --bundle dir.sig --allow-symlinks
accepts "mpk signs the rest when told to leave it out" "$MPK" sign behind --key P-256.pem --bundle dir.sig --allow-symlinks --ignore-paths dirlink
accepts "model_signing verifies that" theirs verify key --public_key P-256.pub --signature dir.sig --allow_symlinks behind

# -- shards and other hashes: only its Python interface signs them, or takes them from the statement
py_sign() { "$PEERS_PYTHON" "$here/oms_api.py" sign P-256.pem "$@"; }
py_verify() { "$PEERS_PYTHON" "$here/oms_api.py" verify P-256.pub "$@"; }
for hash in blake2 blake3; do
  accepts "model_signing's interface sign, $hash" py_sign "$model" "$hash.theirs" files "$hash"
  accepts "mpk verifies that" "$MPK" verify "$model" --bundle "$hash.theirs" --key P-256.pub
done
cp -r "$model" altered
printf 'y' >>altered/weights.bin
refuses "mpk names the changed file by BLAKE3" 1 "weights.bin: changed" "$MPK" verify altered --bundle blake3.theirs --key P-256.pub
accepts "mpk sign --oms-hash blake3" "$MPK" sign "$model" --key P-256.pem --bundle blake3.sig --oms-hash blake3
accepts "model_signing's interface verifies that" py_verify "$model" blake3.sig
refuses "its command hashes by SHA-256" any "Hash mismatch" theirs verify key --public_key P-256.pub --signature blake3.sig "$model"
mkdir plain
cp "$model/weights.bin" "$model/sub.b" plain
accepts "model_signing's interface sign, shards" py_sign plain shards.theirs shards sha256
accepts "mpk verifies that" "$MPK" verify plain --bundle shards.theirs --key P-256.pub
refuses "model_signing can't verify its own shards" any "Missing files" theirs verify key --public_key P-256.pub --signature shards.theirs plain
refuses "nor by its interface" any "float" py_verify plain shards.theirs
accepts "mpk sign --oms-method shards" "$MPK" sign plain --key P-256.pem --bundle shards.sig --oms-method shards --shard-size 1000000
refuses "nor mpk's" any "sharded-1000000" py_verify plain shards.sig
accepts "mpk signs shards of any name" "$MPK" sign "$model" --key P-256.pem --bundle names.sig --oms-method shards --shard-size 1000000
refuses "where model_signing stops at a colon in a name" any "expected 3 components" py_verify "$model" names.sig

# -- what differs is named
cp -r "$model" changed
printf 'y' >changed/sub.b
printf 'y' >changed/extra
rm changed/empty
refuses "mpk names the changed file" 1 "sub.b: changed" "$MPK" verify changed --bundle P-256.theirs --key P-256.pub
refuses "mpk names the missing file" 1 "empty: signed, but not there" "$MPK" verify changed --bundle P-256.theirs --key P-256.pub
refuses "mpk names the unsigned file" 1 "extra: not signed" "$MPK" verify changed --bundle P-256.theirs --key P-256.pub
refuses "model_signing sees mpk's signature broken, too" any "Hash mismatch" theirs verify key --public_key P-256.pub --signature P-256.sig changed
accepts "a chosen file of it is as signed" "$MPK" verify changed --bundle P-256.theirs --key P-256.pub --only weights.bin
cp -r "$model" more
printf 'y' >more/extra
accepts "mpk ignores unsigned files when told" "$MPK" verify more --bundle P-256.theirs --key P-256.pub --ignore-unsigned-files
accepts "model_signing does so with mpk's" theirs verify key --public_key P-256.pub --signature P-256.sig --ignore_unsigned_files more

# -- with a certificate of one's own CA
accepts "mpk sign DIR --certificate" "$MPK" sign "$model" --key P-384.pem --certificate chain.crt --bundle cert.sig
accepts "model_signing verify certificate" theirs verify certificate --certificate_chain ca.crt --signature cert.sig "$model"
accepts "mpk verify --certificate-chain" "$MPK" verify "$model" --bundle cert.sig --certificate-chain ca.crt --certificate-identity "model signer"
accepts "model_signing sign certificate" theirs sign certificate --private_key P-384.pem --signing_certificate leaf.crt \
  --certificate_chain int.crt --signature cert.theirs "$model"
accepts "mpk verifies that" "$MPK" verify "$model" --bundle cert.theirs --certificate-chain ca.crt --certificate-identity "model signer"
refuses "mpk refuses another authority" 12 "" "$MPK" verify "$model" --bundle cert.theirs --certificate-chain other-ca.crt --certificate-identity "model signer"
refuses "model_signing refuses mpk's under another" any "" theirs verify certificate --certificate_chain other-ca.crt --signature cert.sig "$model"

# -- keyless
accepts "mpk sign DIR, keyless" "$MPK" sign "$model" --bundle keyless.sig "${signing[@]}"
sigstore_verify() { theirs verify sigstore --trust_config "$dir/trust-config.json" --identity "$1" --identity_provider "$MPK_SANDBOX_ISSUER" --signature "$2" "$3"; }
accepts "model_signing verify sigstore" sigstore_verify "$MPK_SANDBOX_IDENTITY" keyless.sig "$model"
accepts "mpk verify" "$MPK" verify "$model" --bundle keyless.sig "${trust[@]}" "${who[@]}"
accepts "model_signing sign sigstore" theirs sign sigstore --trust_config "$dir/trust-config.json" \
  --identity_token "$(<"$dir/identity-token")" --signature keyless.theirs "$model"
accepts "mpk verifies that" "$MPK" verify "$model" --bundle keyless.theirs "${trust[@]}" "${who[@]}"
refuses "mpk refuses another identity" 12 "somebody else" "$MPK" verify "$model" --bundle keyless.theirs "${trust[@]}" \
  --certificate-identity eve@example.com --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER"
refuses "model_signing refuses another identity" any "" sigstore_verify eve@example.com keyless.sig "$model"

# -- an artifact's layers, and the directory that was pulled
ref=$MPK_SANDBOX_REGISTRY/models/oms:1
accepts "mpk push" "$MPK" push "$MODEL" "$ref"
accepts "mpk sign REF --oms" "$MPK" sign "$ref" --oms --bundle layers.sig "${signing[@]}"
layers_hold() { "$MPK" verify "$ref" "${trust[@]}" "${who[@]}" | grep "oms .*layers are the files of the model signature"; }
accepts "mpk verify REF: its layers are the signed files" layers_hold
accepts "mpk pull" "$MPK" pull "$ref" -o pulled
accepts "model_signing verifies the pulled directory" sigstore_verify "$MPK_SANDBOX_IDENTITY" layers.sig pulled
accepts "mpk verifies the pulled directory" "$MPK" verify pulled --bundle layers.sig "${trust[@]}" "${who[@]}"
close_steps "model signing"
