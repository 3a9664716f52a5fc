#!/usr/bin/env bash
# A push that is interrupted or killed: the next one sends only what the registry lacks.
. "$(dirname "$0")/common.sh"
needs_sandbox

python3 "$here/big_model.py" "$work/big" 512
rm "$work/big"/*-00002-of-*
uploads=$XDG_CACHE_HOME/mpk/uploads
noted() { find "$uploads" -name '*.upload' -printf '%m\n'; }
sent() { sed -n 's/^stats:.* sent \([0-9]*\) bytes.*\|^stats:.* sent \([0-9]*\),.*/\1\2/p' "$1"; }
less_than() { [[ -n $1 && $1 -lt $2 ]] || { printf 'found    %s\nexpected less than %s\n' "$1" "$2"; return 1; }; }

for signal in SIGINT SIGKILL; do
  ref=$MPK_SANDBOX_REGISTRY/resume/${signal,,}:1
  # Two pieces of 64 MiB and more are there by then.
  python3 "$here/interrupt.py" --after 160 --signal "$signal" "$work/code" "$MPK" push "$work/big" "$ref" >"$work/talk" 2>&1
  if [[ $signal == SIGINT ]]; then
    accepts "Ctrl-C during push: exit code 130" is "$(<"$work/code")" 130
    accepts "it says how to go on" grep "run the same command again" "$work/talk"
  else
    accepts "a push that is killed" is "$(<"$work/code")" -9
  fi
  accepts "$signal: the upload is noted, for its owner alone" is "$(noted)" 600
  refuses "$signal: there is no tag" 11 "not found" "$MPK" inspect "$ref"
  accepts "$signal: the next push" "$MPK" push "$work/big" "$ref" --stats
  cp "$STEPS_DIR/output" "$work/talk"
  accepts "$signal: sends less than half" less_than "$(sent "$work/talk")" $((136 << 20))
  accepts "$signal: nothing is noted any more" is "$(noted)" ""
  accepts "$signal: pull" "$MPK" pull "$ref" -o "$work/${signal,,}"
  accepts "$signal: the bytes are right" diff -r "$work/big" "$work/${signal,,}"
  rm -rf "${work:?}/${signal,,}"
done
close_steps "push resume"
