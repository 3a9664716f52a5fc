#!/usr/bin/env bash
# --hash sha512: both digests of every file from one read, in the document, its SPDX form and the score; compared by verify.
. "$(dirname "$0")/common.sh"
needs_sandbox
create() { "$MPK" aibom create "$@" --quiet; }
verify() { "$MPK" verify "$1" "${trust[@]}" "${who[@]}" "${@:2}"; }
# DOCUMENT DIRECTORY: each file component below the archives, too, has both digests, as Python computes them.
proven() { python3 - "$@" <<'PY'
import hashlib, json, pathlib, sys
bom, root = json.load(open(sys.argv[1])), pathlib.Path(sys.argv[2])
archives = 0
def files(components):
    global archives
    for each in components:
        if "components" in each:
            archives += 1
            assert [h["alg"] for h in each["hashes"]] == ["SHA-256", "SHA-512"], each["name"]
            yield from files(each["components"])
        else:
            yield each
count = 0
for each in files(bom["metadata"]["component"]["components"]):
    data = (root / each["name"]).read_bytes()
    assert each["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(data).hexdigest()},
                              {"alg": "SHA-512", "content": hashlib.sha512(data).hexdigest()}], each["name"]
    count += 1
assert count == sum(p.is_file() for p in root.rglob("*")) and archives == int(sys.argv[3])
PY
}
# FILE STATEMENT: changes the document d, whose file components are c.
change() { python3 -c 'import json, sys
path, code = sys.argv[1:]
d = json.load(open(path))
exec(code, {"d": d, "c": d["metadata"]["component"]["components"]})
json.dump(d, open(path, "w"))' "$@"; }
standing() { "$MPK" aibom score "$1" --profile bsi --format json | python3 -c '
import json, sys
print(*(e["standing"] for e in json.load(sys.stdin)["elements"] if e["id"] == "sha512"))'; }

python3 "$here/big_model.py" "$work/big" 24
accepts "a document with both" counted aibom create "$work/big" --hash sha512
accepts "hashed, too, as it counts" is "$(stats hashed)" "$(bytes_below "$work/big")"
cp "$work/result" "$work/big.json"
accepts "every byte was read once" is "$(stats read)" "$(bytes_below "$work/big")"
accepts "both digests are right" proven "$work/big.json" "$work/big" 0

cp -r "$model" "$work/m"
create "$work/m" >"$work/plain.json"
create "$work/m" --hash sha512 >"$work/both.json"
accepts "sha256 is the default" cmp "$work/plain.json" <(create "$work/m" --hash sha256)
accepts "and alone" lacks 'SHA-512' "$work/plain.json"
accepts "the same bytes again" cmp "$work/both.json" <(create "$work/m" --hash sha512)
accepts "both digests are right, again" proven "$work/both.json" "$work/m" 0
accepts "valid" "$MPK" aibom validate "$work/both.json"
accepts "1.7 has them, too" proven <(create "$work/m" --hash sha512 --spec-version 1.7) "$work/m" 0
for other in md5 sha384 SHA512 sha256,sha512; do
  refuses "--hash '$other'" 2 "is not supported" create "$work/m" --hash "$other"
done
refuses "and says what is" 2 "sha512 for SHA-512 beside SHA-256" create "$work/m" --hash md5
accepts "nothing else differs" says "no difference" "$MPK" aibom diff "$work/plain.json" "$work/both.json"
cp "$work/both.json" "$work/changed.json"
change "$work/changed.json" 'c[0]["hashes"][1]["content"] = "0" * 128'
refuses "a SHA-512 that differs is a difference" 1 "SHA-512:000" "$MPK" aibom diff "$work/both.json" "$work/changed.json" --fail-on files
change "$work/changed.json" 'c[0]["hashes"][1]["content"] = "0" * 64'
refuses "one of the wrong length is not valid" 21 "SHA-512: expected 128" "$MPK" aibom validate "$work/changed.json"
"$MPK" aibom convert "$work/both.json" --to spdx3 --created 2026-01-02T03:04:05Z -o "$work/spdx.json" --quiet >"$work/talk" 2>&1
accepts "SPDX has as many of the one as of the other" is "$(grep -c '"algorithm": "sha512"' "$work/spdx.json")" "$(python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1]))["metadata"]["component"]["components"]))' "$work/both.json")"
accepts "BSI's element is verified" is "$(standing "$work/both.json")" verified
accepts "without it, missing" is "$(standing "$work/plain.json")" missing
accepts "with what to do" says "mpk aibom create --hash sha512" "$MPK" aibom score "$work/plain.json" --profile bsi

# Of artifacts: a layout is always read, of a registry only with --content.
layout=oci:$work/layout:1
"$MPK" pack "$work/m" -t "$layout" --quiet >"$work/talk"
accepts "of a layout" proven <(create "$layout" --hash sha512) "$work/m" 0
ref=$MPK_SANDBOX_REGISTRY/sha512/llama:1
"$MPK" push "$work/m" "$ref" --quiet >"$work/talk"
refuses "of headers alone" 2 "SHA-512 needs every byte" create "$ref" --hash sha512
refuses "with the way out" 2 "add --content" create "$ref" --hash sha512
accepts "of a registry's bytes" proven <(create "$ref" --hash sha512 --content) "$work/m" 0

# Shipped, and verified by another who reads the bytes, or does not.
ref=$MPK_SANDBOX_REGISTRY/sha512/shipped:1
accepts "shipped" counted ship "$work/m" "$ref" --hash sha512 "${signing[@]}"
accepts "in one read" is "$(stats hashed)" "$(bytes_below "$work/m")"
refuses "shipped with another" 2 "--hash sha1 is not supported" "$MPK" ship "$work/m" "$ref" --hash sha1 "${signing[@]}"
accepts "what was not read was not compared" says "not compared: SHA-512 of 10" verify "$ref"
accepts "what was read agrees" says "10 of 10 files match the layers" verify "$ref" --content
accepts "and nothing is left out" lacks "not compared" "$STEPS_DIR/output"
accepts "a pull that verifies says so, too" says "not compared: SHA-512 of 10" "$MPK" pull "$ref" -o "$work/pulled" "${trust[@]}" "${who[@]}"

# One aiBOM each: of two by one signer the newer counts, and these would be of the same second.
attested() { # NAME STATEMENT: an artifact with an aiBOM that was changed
  ref=oci:$work/$1:1
  "$MPK" pack "$work/m" -t "$ref" --quiet && "$MPK" sign "$ref" "${signing[@]}" --quiet
  create "$ref" --hash sha512 >"$work/attested.json"
  change "$work/attested.json" "$2"
  "$MPK" attest "$ref" --type cyclonedx --predicate "$work/attested.json" "${signing[@]}"
}
accepts "a false SHA-512 beside a right SHA-256, attested" attested false 'c[2]["hashes"][1]["content"] = "0" * 128'
refuses "is refused where the bytes are read" 22 "SHA-512 differs" verify "$ref"
copied=$MPK_SANDBOX_REGISTRY/sha512/false:1
"$MPK" copy "$ref" "$copied" --quiet >"$work/talk"
accepts "and named where they are not" says "not compared: SHA-512 of 10" verify "$copied"
refuses "until they are" 22 "SHA-512 differs" verify "$copied" --content
accepts "an algorithm that mpk does not compare, attested" attested md5 'c[2]["hashes"][1] = {"alg": "MD5", "content": "0" * 32}'
accepts "is named" says "not compared: MD5 of 1" verify "$ref"

# Files in tar layers.
twin() { # STATEMENT
  rm -rf "$work/twin"
  python3 "$here/foreign.py" "$work/twin" twin
  "$MPK" sign "oci:$work/twin:1" "${signing[@]}" --quiet
  create "oci:$work/twin:1" --hash sha512 >"$work/twin.json"
  change "$work/twin.json" "$1"
  "$MPK" attest "oci:$work/twin:1" --type cyclonedx --predicate "$work/twin.json" "${signing[@]}" --quiet
}
accepts "of files in archives" twin ''
"$MPK" unpack "oci:$work/twin:1" -o "$work/twin-files" --quiet >"$work/talk"
accepts "and of the archives" proven "$work/twin.json" "$work/twin-files" 2
accepts "agrees" says "2 of 2 files match the layers" verify "oci:$work/twin:1"
accepts "a file of an archive with a false one" twin 'c[0]["components"][0]["hashes"][1]["content"] = "0" * 128'
refuses "is told" 22 "SHA-512 differs" verify "oci:$work/twin:1"
accepts "an archive with a false one" twin 'c[0]["hashes"][1]["content"] = "0" * 128'
refuses "is told" 22 "SHA-512 differs" verify "oci:$work/twin:1"
close_steps "aibom: sha512"
