#!/usr/bin/env bash
# One read: ship's own statistics and the kernel's count both say that each byte of the model was read once.
. "$(dirname "$0")/common.sh"
needs_sandbox
ref=$MPK_SANDBOX_REGISTRY/big:1
python3 "$here/big_model.py" "$work/model" 96
size=$(find "$work/model" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')

stats() { sed -nE "s/^stats: .*\\<$1 ([0-9]+).*/\\1/p" "$work/talk"; }
ship() { python3 "$here/count_reads.py" "$work/rchar" "$MPK" "$@" --stats 2>"$work/talk" >"$work/result" || { cat "$work/talk"; return 1; }; }
near() { # found expected percent
  local off=$(($1 > $2 ? $1 - $2 : $2 - $1))
  ((off * 100 <= $2 * $3)) || { printf 'found %s, expected %s within %s %%\n' "$1" "$2" "$3"; return 1; }
}

# What mpk reads besides the model: libraries, trusted root, token. Measured, because a share of it would hide a second read.
accepts "a command that reads no model" python3 "$here/count_reads.py" "$work/rchar" "$MPK" version
accepts "the counter counts little for it" test "$(<"$work/rchar")" -lt 1000000

accepts "ship of $size bytes" ship ship "$work/model" "$ref" "${signing[@]}"
accepts "stats: read is the size of the model" is "$(stats read)" "$size"
accepts "stats: hashed is the size of the model" is "$(stats hashed)" "$size"
accepts "the kernel counts that too" near "$(<"$work/rchar")" "$size" 5
printf '       rchar %s, model %s\n' "$(<"$work/rchar")" "$size"
accepts "what was shipped passes" "$MPK" verify "$ref" "${trust[@]}" "${who[@]}" --content

accepts "push of it to another repository" ship push "$work/model" "$MPK_SANDBOX_REGISTRY/pushed:1"
accepts "reads once as well" is "$(stats read)" "$size"
accepts "the kernel counts that too" near "$(<"$work/rchar")" "$size" 5
close_steps "ship reads once"
