#!/usr/bin/env bash
# Very many files: tar layers of the small ones, thousands of layers of weights; pushed, shipped, verified and pulled.
. "$(dirname "$0")/common.sh"
needs_sandbox
repository=$MPK_SANDBOX_REGISTRY/many

python3 "$here/many_files.py" "$work/model" small 10000
cp "$model"/*.safetensors "$work/model/"
layers() { "$MPK" inspect "$1" --format json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["files"]))'; }

accepts "pack of 10,000 files" "$MPK" pack "$work/model" -t "oci:$work/store:1"
digest=$(digest_of "oci:$work/store:1")
accepts "is six layers" is "$(layers "oci:$work/store:1")" 6
accepts "in which lint finds nothing" says "0 errors, 0 warnings, 0 notes" "$MPK" lint "oci:$work/store:1"
accepts "the store is sound" "$MPK" check-store "oci:$work/store"
cp -r "$work/model" "$work/other"
find "$work/other" -name '*.py' -exec touch -d 2001-01-01 {} +
accepts "pack of a copy" "$MPK" pack "$work/other" -t "oci:$work/store:2"
accepts "gives the same digest" is "$(digest_of "oci:$work/store:2")" "$digest"

accepts "push" "$MPK" push "$work/model" "$repository:1" --no-cache
accepts "gives the same digest" is "$(digest_of "$repository:1")" "$digest"
accepts "push of it unchanged sends its manifest alone" says "0 new blobs, 7 already there" \
  "$MPK" push "$work/model" "$repository:1" --no-cache
accepts "ship" "$MPK" ship "$work/model" "$repository:1" "${signing[@]}"
accepts "verify says what it did not look into" says "2 of 10002 files match the layers · not looked into: 4 tar layers" "$MPK" verify "$repository:1" "${trust[@]}" "${who[@]}"
accepts "verify --content looks into them" says "10002 of 10002 files match" "$MPK" verify "$repository:1" "${trust[@]}" "${who[@]}" --content
accepts "pull" "$MPK" pull "$repository:1" -o "$work/out"
accepts "the files are the model's" diff -r "$work/model" "$work/out"
accepts "cat of one of them" says '{"n": 9}' "$MPK" cat "$repository:1" docs/d00009.md
refuses "cat of none of them" 2 "no such file" "$MPK" cat "$repository:1" docs/none.md
accepts "pull of the documents" "$MPK" pull "$repository:1" -o "$work/docs" --kind doc
accepts "are those" diff -r "$work/model/docs" "$work/docs/docs"

# The aiBOM of the same signer, but one of the archived files has another digest in it.
accepts "aibom of the artifact" "$MPK" aibom create "$repository:1" -o "$work/bom.json"
python3 - "$work/bom.json" <<'PY'
import json, sys
bom = json.load(open(sys.argv[1]))
archive = next(c for c in bom["metadata"]["component"]["components"] if c["name"] == "code files")
archive["components"][7]["hashes"][0]["content"] = "0" * 64
json.dump(bom, open(sys.argv[1], "w"))
PY
accepts "attest of a changed one" "$MPK" attest "$repository:1" --type cyclonedx --predicate "$work/bom.json" "${signing[@]}"
refuses "verify --content of it" 22 "src/f00028.py: SHA-256 differs" "$MPK" verify "$repository:1" "${trust[@]}" "${who[@]}" --content

refuses "pull by its signer" 22 "src/f00028.py: SHA-256 differs" "$MPK" pull "$repository:1" -o "$work/refused" "${trust[@]}" "${who[@]}"
accepts "nothing is written" absent "$work/refused"

python3 "$here/many_files.py" "$work/shards" weights 4000
accepts "push of 4,000 weight files" "$MPK" push "$work/shards" "$repository:shards"
accepts "is 4,000 layers" is "$(layers "$repository:shards")" 4000
accepts "ship of them" "$MPK" ship "$work/shards" "$repository:shards" "${signing[@]}"
accepts "verify" says "4000 of 4000 files match" "$MPK" verify "$repository:shards" "${trust[@]}" "${who[@]}" --content
accepts "pull" "$MPK" pull "$repository:shards" -o "$work/pulled"
accepts "the files are the model's" diff -r "$work/shards" "$work/pulled"
python3 "$here/many_files.py" "$work/shards" weights 8000
refuses "push of 8,000 weight files" 1 "8000 layers" "$MPK" push "$work/shards" "$repository:shards"
close_steps "many files"
