#!/usr/bin/env bash
# What differs between artifacts, and what is in one, without fetching weights: files, tensors, facts, exit codes.
# shellcheck disable=SC2154,SC2016 # "here" is common.sh's; bash -c expands
. "$(dirname "$0")/common.sh"
needs_sandbox
repo=$MPK_SANDBOX_REGISTRY/diff

# A model of 16 MiB in two shards; the second one's values as they are asked for.
write_model() { # directory, value, names of the second shard's tensors…
  python3 - "$@" <<'PY'
import json, pathlib, sys
root, value, second = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
root.mkdir(exist_ok=True)
size = 8 << 20
for number, names in enumerate((["a"], second), 1):
    header = json.dumps({name: {"dtype": "U8", "shape": [size], "data_offsets": [i * size, (i + 1) * size]}
                         for i, name in enumerate(names)}).encode()
    fill = bytes([7 if number == 1 else value])
    (root / f"model-0000{number}-of-00002.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + fill * size * len(names))
(root / "config.json").write_text('{"model_type": "llama", "max_position_embeddings": 2048}')
PY
}
received() { "$@" --stats 2>&1 >/dev/null | sed -n 's/.*received \([0-9]*\),.*/\1/p'; }
below() { [[ -n $1 && $1 -lt $2 ]] || { printf '%s is not below %s\n' "$1" "$2"; return 1; }; }
count() { python3 -c 'import json, sys; print(len(json.load(sys.stdin)[sys.argv[1]]))' "$1"; }

write_model "$work/m" 1 b
"$MPK" push "$work/m" "$repo:1" --quiet >/dev/null
write_model "$work/m" 2 b
"$MPK" push "$work/m" "$repo:2" --quiet >/dev/null
write_model "$work/m" 2 b c
chmod +x "$work/m/config.json"
printf 'x = 1\n' >"$work/m/code.py"
"$MPK" push "$work/m" "$repo:3" --quiet >/dev/null

accepts "one artifact twice" says "no difference: one manifest" "$MPK" diff "$repo:1" "$repo:1" --exit-code
accepts "other values" says "same tensors, other values" "$MPK" diff "$repo:1" "$repo:2"
accepts "by headers only" below "$(received "$MPK" diff "$repo:1" "$repo:2")" 300000
refuses "with --exit-code" 1 "1 file changed, 2 the same" "$MPK" diff "$repo:1" "$repo:2" --exit-code
accepts "another tensor" says "added  c  U8 [8388608]" "$MPK" diff "$repo:2" "$repo:3"
accepts "the totals of the model" says "16777216 → 25165824" "$MPK" diff "$repo:2" "$repo:3"
accepts "a new file" says "code.py" "$MPK" diff "$repo:2" "$repo:3"
accepts "a mode" says "mode 0644 → 0755" "$MPK" diff "$repo:2" "$repo:3"
accepts "as JSON" is "$("$MPK" diff "$repo:2" "$repo:3" --format json | count files)" 3
accepts "the directory it came from" says "no difference: all files are the same" "$MPK" diff "$repo:3" "$work/m" --exit-code
refuses "another directory" 1 "files changed" "$MPK" diff "$work/m" "$repo:1" --exit-code
"$MPK" copy "$repo:1" "oci:$work/l:1" --quiet >/dev/null
accepts "a layout" says "no difference" "$MPK" diff "oci:$work/l:1" "$repo:1" --exit-code

python3 "$here/foreign.py" "$work/kit" kit
accepts "a ModelKit" says "src/main.py" "$MPK" diff "oci:$work/kit:1" "$repo:1"
accepts "and itself" says "no difference" "$MPK" diff "oci:$work/kit:1" "oci:$work/kit:1"
python3 "$here/foreign.py" "$work/climb" climb
accepts "an archive that nobody should take is a warning" says "../escaped" "$MPK" diff "oci:$work/climb:1" "oci:$work/kit:1"
accepts "nothing is written" absent "$work/escaped"

# A header that claims to be as long as the format allows, and one that is longer.
for claim in 104857601 16000000; do
  python3 -c 'import sys; sys.stdout.buffer.write(int(sys.argv[1]).to_bytes(8, "little") + b"{" + b" " * (110 << 20))' "$claim" \
    >"$work/m/model-00002-of-00002.safetensors"
  "$MPK" pack "$work/m" -t "oci:$work/l:$claim" --quiet >/dev/null
  accepts "a header of $claim bytes is a warning" says "model-00002-of-00002.safetensors" "$MPK" diff "$repo:1" "oci:$work/l:$claim"
  accepts "inspect says so, too" says "warning" "$MPK" inspect "oci:$work/l:$claim" --tensors
done

accepts "inspect --tensors" says "2 tensors with 16.8 M parameters" "$MPK" inspect "$repo:1" --tensors
accepts "by headers only" below "$(received "$MPK" inspect "$repo:1" --tensors)" 300000
accepts "inspect --filter" says "1 of 2 tensors" "$MPK" inspect "$repo:1" --tensors --filter 'b*'
accepts "inspect --facts" is "$("$MPK" inspect "$repo:1" --facts --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["facts"]["context_length"])')" 2048
accepts "inspect as JSON" is "$("$MPK" inspect "$repo:1" --tensors --format json | count tensors)" 2
refuses "--filter alone" 2 "add --tensors" "$MPK" inspect "$repo:1" --filter 'b*'
refuses "a pattern that is none" 2 "--filter" "$MPK" inspect "$repo:1" --tensors --filter '['

refuses "one artifact" 2 "B is missing" "$MPK" diff "$repo:1"
refuses "three" 2 "error:" "$MPK" diff "$repo:1" "$repo:2" "$repo:3"
refuses "a missing tag" 11 "nobody" "$MPK" diff "$repo:1" "$repo:nobody"
refuses "a missing directory" 2 "no such directory" "$MPK" diff "$repo:1" "$work/nowhere"
refuses "a word alone" 2 "HOST/REPOSITORY" "$MPK" diff llama "$repo:1"
refuses "an unreachable registry" 3 "connection refused" "$MPK" diff 127.0.0.1:1/m:1 "$repo:1"
close_steps "diff"
