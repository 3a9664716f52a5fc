#!/usr/bin/env bash
# Keys from outside: pairs are made, read and written anew; passwords and PINs are asked for, needed, and never shown.
. "$(dirname "$0")/common.sh"
unset MPK_KEY_PASSWORD COSIGN_PASSWORD COSIGN_PKCS11_PIN COSIGN_PKCS11_MODULE_PATH
keys=$root/testdata/keys
cd "$work"
printf 'hunter2\n' >pw
printf 'hunter3' >pw3
: >empty
printf 'one\ntwo\n' >lines
mode() { is "$(stat -c %a "$1")" "$2"; }

# Made.
accepts "generate" "$MPK" key generate --password-file pw -o a.key
cp "$STEPS_DIR/output" talk
accepts "no private key, no password on the screen" lacks 'BEGIN|hunter' talk
accepts "the private key is its owner's" mode a.key 600
accepts "the public key is everybody's" mode a.pub 644
accepts "cosign's form" grep -q 'BEGIN ENCRYPTED SIGSTORE PRIVATE KEY' a.key
public() { is "$(MPK_KEY_PASSWORD=$2 "$MPK" key public "$1")" "$(cat "$3")"; }
accepts "its public key" public a.key hunter2 a.pub
refuses "a wrong password" 2 "wrong password" env MPK_KEY_PASSWORD=hunter3 "$MPK" key public a.key
refuses "no password" 2 "COSIGN_PASSWORD" "$MPK" key public a.key
refuses "no second time" 2 "a.key is there already" "$MPK" key generate --password-file pw -o a.key
rm a.key
refuses "nor beside a public key" 2 "a.pub is there already" "$MPK" key generate --password-file pw -o a.key
accepts "nothing was written" absent a.key
accepts "but with --overwrite" "$MPK" key generate --password-file pw -o a.key --overwrite
accepts "which made another key" public a.key hunter2 a.pub
accepts "by the variable" env COSIGN_PASSWORD=hunter2 "$MPK" key generate
accepts "mpk.key by default" public mpk.key hunter2 mpk.pub
stdin() { printf 'hunter2\n' | "$MPK" key generate --password-stdin -o stdin.key && public stdin.key hunter2 stdin.pub; }
accepts "by standard input" stdin
refuses "without a password" 2 "--insecure-no-password" "$MPK" key generate -o b.key
refuses "with an empty one" 2 "the password is empty" "$MPK" key generate --password-file empty -o b.key
refuses "with two lines" 2 "one line" "$MPK" key generate --password-file lines -o b.key
refuses "with two sources" 2 "exclude each other" "$MPK" key generate --password-file pw --insecure-no-password -o b.key
refuses "another type" 2 "ecdsa-p256" "$MPK" key generate --type dsa -o b.key
refuses "a missing directory" 2 "no such directory" "$MPK" key generate --password-file pw -o none/b.key
refuses "a public key's name" 2 "name of a public key" "$MPK" key generate --password-file pw -o b.pub
accepts "nothing was made" absent b.key
for type in ecdsa-p384 ecdsa-sha2-512-nistp521 rsa-3072 ed25519; do
  accepts "generate $type" "$MPK" key generate --type "$type" --form pkcs8 --password-file pw -o "$type.pem"
  accepts "openssl reads $type" openssl pkey -in "$type.pem" -passin pass:hunter2 -noout
  accepts "its public key is that of openssl" is "$(openssl pkey -in "$type.pem" -passin pass:hunter2 -pubout)" "$(cat "$type.pem.pub")"
done
accepts "plain PKCS#8" "$MPK" key generate --form pkcs8 --insecure-no-password -o plain.pem
accepts "openssl reads it" openssl pkey -in plain.pem -noout
accepts "JSON" is "$("$MPK" key generate --password-file pw -o j.key --format json | field kind)" KeyPair

# From every form into ours.
for form in p256_pkcs8 p256_sec1 p256_pbes2 p256_pbes2_scrypt cosign_old; do
  import() { COSIGN_PASSWORD=correct "$MPK" key import "$keys/$form.pem" --password-file pw3 -o "$form.key" && public "$form.key" hunter3 "$keys/p256_public.pem"; }
  accepts "import $form" import
done
accepts "from a variable" env KEY="$(cat "$keys/p384_pkcs8.pem")" "$MPK" key import env://KEY --password-file pw -o env.key
back() { MPK_KEY_PASSWORD=hunter2 "$MPK" key import a.key --form pkcs8 --password-file pw3 -o back.pem && is "$(openssl pkey -in back.pem -passin pass:hunter3 -pubout)" "$(cat a.pub)"; }
accepts "from cosign's form to openssl's" back
refuses "import over a file" 2 "is there already" env MPK_KEY_PASSWORD=hunter2 "$MPK" key import a.key -o a.key
refuses "import without -o" 2 "-o FILE is missing" "$MPK" key import a.key
refuses "import of a wrong password" 2 "taken from COSIGN_PASSWORD" env COSIGN_PASSWORD=x "$MPK" key import "$keys/cosign.pem" -o x.key
refuses "import of PBES1" 2 "openssl pkcs8 -topk8" env COSIGN_PASSWORD=correct "$MPK" key import "$keys/p256_pbes1.pem" -o x.key
refuses "import of secp256k1" 2 "secp256k1" "$MPK" key import "$keys/secp256k1_pkcs8.pem" --password-file pw -o x.key
refuses "import of RSA 1024" 2 "1024 bits" "$MPK" key import "$keys/rsa1024_pkcs8.pem" --password-file pw -o x.key
refuses "import of a public key" 2 "expected a private key" "$MPK" key import "$keys/p256_public.pem" --password-file pw -o x.key
refuses "import from a token" 2 "stays there" "$MPK" key import "pkcs11:token=a?pin-value=hunter2" -o x.key
accepts "nothing was made of these" absent x.key
refuses "a missing file" 2 "no such file" "$MPK" key public nowhere.pem
refuses "a key as a name" 2 "(a value, not a file name)" "$MPK" key public "$(cat "$keys/p256_sec1.pem")"

# A question on a terminal: python holds its other end.
ask() { # answer… -- command…
  python3 - "$@" <<'PY'
import os, pty, sys, termios, time
split = sys.argv.index("--")
answers, command = sys.argv[1:split], sys.argv[split + 1:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
seen, given = b"", 0
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
    # What is typed before the echo goes off is thrown away.
    while given < len(answers) and seen.count(b": ") > given:
        while termios.tcgetattr(terminal)[3] & termios.ECHO:
            time.sleep(0.01)
        os.write(terminal, b"\x03" if answers[given] == "^C" else answers[given].encode() + b"\n")
        given += 1
sys.stdout.write(seen.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PY
}
accepts "asked twice" ask hunter2 hunter2 -- "$MPK" key generate -o asked.key
cp "$STEPS_DIR/output" talk
accepts "the question names the file" grep -q "new password for asked.key" talk
accepts "the answer is not echoed" lacks hunter talk
accepts "the key has that password" public asked.key hunter2 asked.pub
refuses "two answers that differ" 2 "the two passwords differ" ask hunter2 hunter3 -- "$MPK" key generate -o differ.key
accepts "made nothing" absent differ.key
refuses "an empty answer" 2 "the password is empty" ask "" -- "$MPK" key generate -o differ.key
refuses "Ctrl-C at the question" 130 "" ask "^C" -- "$MPK" key generate -o differ.key
accepts "made nothing either" absent differ.key
accepts "asked for an old password" ask hunter2 -- "$MPK" key public asked.key

# A plugin, in cosign's protocol.
export PATH=$root/lib/keys/test_plugin:$PATH
accepts "a plugin's public key" is "$("$MPK" key public "testkms://$keys/p256_pkcs8.pem")" "$(cat "$keys/p256_public.pem")"
refuses "a plugin's error" 3 "access denied" "$MPK" key public "testkms://$keys/p256_pkcs8.pem#error"
refuses "no such plugin" 11 "sigstore-kms-nokms" "$MPK" key public nokms://key

# A token.
module=$(ls /usr/lib/softhsm/libsofthsm2.so 2>/dev/null || true)
if [[ -n $module ]] && command -v softhsm2-util >/dev/null; then
  mkdir tokens
  echo "directories.tokendir = $work/tokens" >softhsm2.conf
  export SOFTHSM2_CONF=$work/softhsm2.conf
  softhsm2-util --init-token --free --label release --so-pin 87654321 --pin hunter2 >/dev/null
  softhsm2-util --import "$keys/p256_pkcs8.pem" --token release --label model --id 01 --pin hunter2 >/dev/null
  uri="pkcs11:token=release;object=model?module-path=$module&pin-value=hunter2"
  accepts "a token's public key" is "$("$MPK" key public "$uri")" "$(cat "$keys/p256_public.pem")"
  "$MPK" key public "$uri" --format json >"talk"
  accepts "its JSON shows no PIN" lacks hunter talk
  refuses "no such object" 2 "no such private key" "$MPK" key public "${uri/model/another}"
  cp "$STEPS_DIR/output" talk
  accepts "the error shows no PIN" lacks hunter talk
else
  skips "a key in a token" "softhsm2 is missing"
fi
close_steps key_files
