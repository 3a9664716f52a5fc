#!/usr/bin/env bash
# Pull continues: after SIGKILL at random moments, and after Ctrl-C, the same command fetches the rest and leaves nothing.
. "$(dirname "$0")/common.sh"
needs_sandbox
kills=10
RANDOM=${MPK_SEED:=$(date +%s)}
echo "MPK_SEED=$MPK_SEED"

python3 "$here/big_model.py" "$work/model" 96
size=$(find "$work/model" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
accepts "push of $size bytes" "$MPK" push "$work/model" "$MPK_SANDBOX_REGISTRY/resume:1"
# Two seconds for all of it.
python3 "$here/throttle.py" "${MPK_SANDBOX_REGISTRY##*:}" 48 >"$work/port" &
throttle=$!
trap 'kill $throttle 2>/dev/null; rm -rf "$work"' EXIT
for _ in {1..100}; do [[ -s $work/port ]] && break || sleep 0.1; done
ref=127.0.0.1:$(<"$work/port")/resume:1
out=$work/out
received() { sed -nE 's/^stats: .*received ([0-9]+).*/\1/p' "$work/talk"; }
again() { "$MPK" pull "$ref" -o "$out" --stats 2>"$work/talk" || { cat "$work/talk"; return 1; }; }
nothing_left() { is "$(find "$out" -name '.mpk-*')" ""; }
whole_if_named() {
  local shard
  for shard in "$out"/*.safetensors; do [[ ! -e $shard ]] || cmp "$work/model/${shard##*/}" "$shard" || return 1; done
}

least=$size
for ((i = 1; i <= kills; ++i)); do
  rm -rf "$out"
  "$MPK" pull "$ref" -o "$out" --quiet >/dev/null 2>&1 &
  sleep "$((RANDOM % 2)).$((RANDOM % 900 + 100))"
  kill -9 $! 2>/dev/null || true
  wait $! 2>/dev/null || true
  accepts "kill $i: what has its name is whole" whole_if_named
  accepts "the same command" again
  accepts "gives the model" diff -r "$work/model" "$out"
  accepts "and leaves nothing else" nothing_left
  ((least <= $(received))) || least=$(received)
  printf '       received %s of %s\n' "$(received)" "$size"
done
accepts "at least one fetched less than the whole" test "$least" -lt $((size * 9 / 10))

rm -rf "$out"
python3 "$here/interrupt.py" "$work/code" "$MPK" pull "$ref" -o "$out" >"$work/talk" 2>&1
accepts "Ctrl-C: exit code 130" is "$(<"$work/code")" 130
accepts "it says what to do" grep "hint: .*the same command continues" "$work/talk"
left=$(find "$out" -name '.mpk-part-*' | wc -l)
accepts "what has come is kept" test "$left" -gt 0
accepts "the same command" again
accepts "fetched less than the whole" test "$(received)" -lt $((size * 9 / 10))
accepts "leaves nothing else" nothing_left

python3 "$here/interrupt.py" "$work/code" "$MPK" pull "$ref" -o "$work/other" >"$work/talk" 2>&1
"$MPK" push "$model" "$MPK_SANDBOX_REGISTRY/resume:small" --quiet >/dev/null
rm -f "$work/other/config.json"
accepts "another artifact in its place" "$MPK" pull "$MPK_SANDBOX_REGISTRY/resume:small" -o "$work/other"
accepts "removes what was left" is "$(find "$work/other" -name '.mpk-*')" ""
close_steps "pull resume"
