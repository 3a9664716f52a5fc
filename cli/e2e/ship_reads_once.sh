#!/usr/bin/env bash
# One read: ship's own statistics and the kernel's count both say that each byte of the model was read once.
. "$(dirname "$0")/common.sh"
needs_sandbox
ref=$MPK_SANDBOX_REGISTRY/big:1
python3 "$here/big_model.py" "$work/model" 96
size=$(bytes_below "$work/model")

# What mpk reads besides the model: libraries, trusted root, token. Measured, because a share of it would hide a second read.
accepts "a command that reads no model" counted version
accepts "the counter counts little for it" at_most "$(rchar)" 1000000

accepts "ship of $size bytes" counted ship "$work/model" "$ref" "${signing[@]}"
accepts "stats: read is the size of the model" is "$(stats read)" "$size"
accepts "stats: hashed is the size of the model" is "$(stats hashed)" "$size"
accepts "the kernel counts that too" near "$(rchar)" "$size" 5
printf '       rchar %s, model %s\n' "$(rchar)" "$size"
accepts "what was shipped passes" "$MPK" verify "$ref" "${trust[@]}" "${who[@]}" --content

accepts "push of it to another repository" counted push "$work/model" "$MPK_SANDBOX_REGISTRY/pushed:1"
accepts "reads once as well" is "$(stats read)" "$size"
accepts "the kernel counts that too" near "$(rchar)" "$size" 5
close_steps "ship reads once"
