# Steps of an interop run: each prints one line; what a tool said is shown only for a failure.
# shellcheck shell=bash
# Needs: STEPS_DIR, a directory of its own.

report() { # outcome name
  printf '%-6s %s\n' "$1" "$2"
  printf '%s\n' "$1" >>"$STEPS_DIR/tally"
  [[ $1 == ok ]] || sed 's/^/    /' "$STEPS_DIR/output"
}

accepts() { # name command…
  local name=$1
  shift
  if "$@" >"$STEPS_DIR/output" 2>&1; then report ok "$name"; else report FAILED "$name"; fi
}

# The exit code and a text must both be the expected ones: a refusal for another reason is a failure.
refuses() { # name exit-code text command…
  local name=$1 code=$2 text=$3 found=0
  shift 3
  "$@" >"$STEPS_DIR/output" 2>&1 || found=$?
  if [[ $code == any && $found -ne 0 || $found == "$code" ]] && grep -qF -- "$text" "$STEPS_DIR/output"; then
    report ok "$name"
  else
    printf 'exit code %s, expected %s with "%s"\n' "$found" "$code" "$text" >>"$STEPS_DIR/output"
    report FAILED "$name"
  fi
}

# Prints the closing line; fails when a step did, or when nothing ran.
close_steps() {
  local passed failed
  passed=$(grep -c '^ok$' "$STEPS_DIR/tally" || true)
  failed=$(grep -c '^FAILED$' "$STEPS_DIR/tally" || true)
  printf '%s: %s passed, %s failed\n' "$1" "$passed" "$failed"
  [[ $failed -eq 0 && $passed -gt 0 ]]
}
