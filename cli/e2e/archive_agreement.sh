#!/usr/bin/env bash
# aiBOMs that agree with the digests of tar layers, but not with what is in them.
. "$(dirname "$0")/common.sh"
needs_sandbox
make() { rm -rf "${work:?}/$1"; python3 "$here/foreign.py" "$work/$1" "$1"; }
ref() { echo "oci:$work/$1:1"; }
attest() { "$MPK" attest "$(ref "$1")" --type cyclonedx --predicate "$2" "${signing[@]}"; }
verify() { "$MPK" verify "$(ref "$1")" "${trust[@]}" "${who[@]}"; }
# FILE STATEMENT: changes the list of file components, c; what else points to them goes.
change() { python3 -c 'import json, sys
path, code = sys.argv[1:]
bom = json.load(open(path))
model = bom["metadata"]["component"]
exec(code, {"c": model["components"]})
model.pop("properties"), bom.pop("dependencies")
json.dump(bom, open(path, "w"))' "$@"; }
fresh() { # KIND: signed, and its own aiBOM in bom.json
  make "$1"
  "$MPK" sign "$(ref "$1")" "${signing[@]}" && "$MPK" aibom create "$(ref "$1")" -o "$work/bom.json"
}
prepare() { fresh twin && change "$work/bom.json" "$1" && attest twin "$work/bom.json"; }

accepts "one archive in two folders, described" prepare ''
accepts "agrees" says "2 of 2 files match the layers" verify twin
accepts "the second described by the files of the first" prepare 'c[1]["components"][0].update({"name": c[0]["components"][0]["name"]})'
refuses "is told" 22 "b/x: no component" verify twin
refuses "also by pull, which writes nothing" 22 "b/x: no component" "$MPK" pull "$(ref twin)" -o "$work/out" "${trust[@]}" "${who[@]}"
accepts "nothing is written" absent "$work/out"
accepts "a file of an archive with another digest" prepare 'c[0]["components"][0]["hashes"][0]["content"] = "0" * 64'
refuses "is told" 22 "SHA-256 differs" verify twin
accepts "an archive without files" prepare 'c[0].pop("components")'
refuses "is told" 22 "no component" verify twin
accepts "one archive described once" prepare 'c.pop()'
refuses "is told" 22 "disagree" verify twin

make clash
refuses "aibom of two files with one path" 1 "x" "$MPK" aibom create "$(ref clash)"
"$MPK" sign "$(ref clash)" "${signing[@]}" --quiet >"$work/talk"
refuses "verify of it" 1 "a second layer has the path x" verify clash
close_steps "archive agreement"
