#!/usr/bin/env bash
# Artifacts by other tools: archives of every kind come out, harmful ones leave nothing; parts are pulled and printed.
# shellcheck disable=SC2154,SC2016 # "here" is common.sh's; bash -c expands
. "$(dirname "$0")/common.sh"

make() { rm -rf "${work:?}/$1" "$work/out"; python3 "$here/foreign.py" "$work/$1" "$1"; }
files() { (cd "$work/out" && find . -type f | sort | tr '\n' ' '); }

make modctl
accepts "pull of raw, tar and tar+gzip layers" "$MPK" pull "oci:$work/modctl:1" -o "$work/out"
accepts "gives their files" is "$(files)" "./conf/config.json ./data/a.csv ./data/b/run.sh ./model.bin "
accepts "with masked modes" is "$(stat -c %a "$work/out/data/b/run.sh" "$work/out/data/a.csv" | tr '\n' ' ')" "755 644 "
accepts "a second pull keeps them" says "4 were there already" "$MPK" pull "oci:$work/modctl:1" -o "$work/out"
make kit
accepts "pull of a ModelKit" "$MPK" pull "oci:$work/kit:1" -o "$work/out"
accepts "puts files where the Kitfile says" is "$(files)" "./README.md ./model.gguf ./src/main.py "
accepts "inspect lists its layers" says "model.gguf" "$MPK" inspect "oci:$work/kit:1"
make docker
accepts "pull of a Docker model" "$MPK" pull "oci:$work/docker:1" -o "$work/out"
accepts "names its files" is "$(files)" "./LICENSE ./model.gguf "

while IFS='|' read -r kind text; do
  make "$kind"
  refuses "an archive with: $kind" 1 "$text" "$MPK" pull "oci:$work/$kind:1" -o "$work/out"
  accepts "leaves nothing" is "$(find "$work/out" -mindepth 1)" ""
  accepts "nor outside" absent "$work/escaped"
done <<'CASES'
link|a symlink
climb|holds the component ".."
twice|a second time
bomb|come out of
cut|tar
CASES

accepts "pull --kind" "$MPK" pull "oci:$work/modctl:1" -o "$work/kind" --kind weights
accepts "gives that kind" is "$(ls "$work/kind")" model.bin
accepts "pull --include, --exclude" "$MPK" pull "oci:$work/modctl:1" -o "$work/part" --include data --exclude '*.sh'
accepts "reaches into archives" is "$(cd "$work/part" && find . -type f)" ./data/a.csv
refuses "a pattern that takes nothing" 2 "*.gguf" "$MPK" pull "oci:$work/modctl:1" -o "$work/none" --include '*.gguf'
refuses "another kind" 2 "weights, config, code" "$MPK" pull "oci:$work/modctl:1" -o "$work/none" --kind layer
accepts "neither writes anything" is "$(find "$work/none" -mindepth 1 2>/dev/null)" ""

accepts "cat of a raw layer" is "$("$MPK" cat "oci:$work/modctl:1" model.bin | sha256sum)" "$(sha256sum <"$work/kind/model.bin")"
accepts "cat from an archive" is "$("$MPK" cat "oci:$work/modctl:1" data/a.csv)" 1
refuses "cat of a folder" 2 "a folder" "$MPK" cat "oci:$work/modctl:1" data
refuses "cat of a misspelt path" 2 "did you mean model.bin" "$MPK" cat "oci:$work/modctl:1" modle.bin
refuses "cat of a base name" 2 "did you mean data/b/run.sh" "$MPK" cat "oci:$work/modctl:1" data/run.sh
refuses "cat as JSON" 2 "no JSON" "$MPK" cat "oci:$work/modctl:1" model.bin --format json
layer=$("$MPK" inspect "oci:$work/modctl:1" --format json | python3 -c '
import json, sys
print(next(f["digest"] for f in json.load(sys.stdin)["files"] if f["path"] == "model.bin").replace(":", "/"))')
tamper flip "$work/modctl/blobs/$layer"
refuses "cat of changed bytes" 1 "not to be trusted" "$MPK" cat "oci:$work/modctl:1" model.bin
if [[ -e /dev/full ]]; then
  refuses "cat into a full disk" 3 "standard output" bash -c '"$1" cat "$2" data/a.csv >/dev/full' _ "$MPK" "oci:$work/modctl:1"
fi

"$MPK" pack "$model" -t "oci:$work/own:1" --quiet >/dev/null
accepts "lint of what mpk packs finds nothing" says "0 errors, 0 warnings, 0 notes" "$MPK" lint "oci:$work/own:1" --fail-on note
make modctl
refuses "lint of a config without diffIds" 1 "[config-schema]" "$MPK" lint "oci:$work/modctl:1"
accepts "as JSON" is "$("$MPK" lint "oci:$work/modctl:1" --format json | field kind)" Lint
make docker
refuses "lint of another type" 1 "[artifact-type]" "$MPK" lint "oci:$work/docker:1"
refuses "lint with another severity" 2 "warning" "$MPK" lint "oci:$work/own:1" --fail-on fatal
close_steps "foreign artifacts"
