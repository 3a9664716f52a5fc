#!/usr/bin/env bash
# What every command owes: help with examples, a manual page, JSON with a kind, completion; and no secret is echoed.
. "$(dirname "$0")/common.sh"

"$MPK" __commands >"$work/commands"
accepts "there are commands" test "$(wc -l <"$work/commands")" -ge 20
while read -r command; do
  # shellcheck disable=SC2086 # two words, like aibom create
  accepts "$command --help has examples" says "examples:" "$MPK" $command --help
  # shellcheck disable=SC2086
  accepts "each example is of $command" test "$("$MPK" $command --help | sed '1,/^examples:/d' | grep -c "mpk $command")" -ge 2
  accepts "$command has a manual page" grep -q "$command" "$root/man/mpk-${command// /-}.1.scd"
done <"$work/commands"

has_kind() { # kind arguments…: one JSON object on standard output, and only that
  local kind=$1
  shift
  is "$("$MPK" "$@" --format json 2>/dev/null | field kind)" "$kind"
}
"$MPK" pack "$model" -t "oci:$work/layout:1" --quiet >/dev/null
while read -r kind arguments; do
  # shellcheck disable=SC2086
  accepts "$arguments --format json is a $kind" has_kind "$kind" ${arguments//@/$work}
done <<'CASES'
Version version
TrustedRoot trust show
List list
List list oci:@/layout
CompletionScript completion bash
CASES
for arguments in doctor "inspect oci:$work/layout:1" "tree oci:$work/layout:1" "tag oci:$work/layout:1 two" \
  "pack $model -t oci:$work/layout:3" "pull oci:$work/layout:1 -o $work/out" "copy oci:$work/layout:1 oci:$work/copy:1" \
  "verify oci:$work/layout:1 --certificate-identity a@b.example --certificate-oidc-issuer https://b.example"; do
  # shellcheck disable=SC2086
  accepts "${arguments%% *} --format json has a kind" test -n "$("$MPK" $arguments --format json 2>/dev/null | field kind)"
done

for shell in bash zsh fish; do
  accepts "completion $shell" "$MPK" completion "$shell"
  "$MPK" completion "$shell" >"$work/completion.$shell"
  if command -v "$shell" >/dev/null; then
    accepts "$shell can read it" "$shell" -n "$work/completion.$shell"
  else
    skips "syntax of the $shell completion" "$shell is missing"
  fi
done
refuses "completion of another shell" 2 "tcsh" "$MPK" completion tcsh
accepts "completion offers verify" says "verify" "$MPK" __complete -- ver
accepts "completion offers options" says "--policy" "$MPK" __complete -- verify --pol
accepts "completion offers the second word" says "create" "$MPK" __complete -- aibom cr
accepts "--version" is "$("$MPK" --version)" "mpk $(head -n 1 "$root/VERSION")"
accepts "no colour when not a terminal" is "$("$MPK" --help | grep -c $'\033')" 0
refuses "no command" 2 "mpk" "$MPK"
refuses "another format" 2 "json" "$MPK" version --format yaml
refuses "a missing argument" 2 "REF" "$MPK" inspect

secret=eyJhbGciOiJub25lIn0.c2VjcmV0c2VjcmV0.c2ln
hides() { # name code command…: refused, and the secret does not come back
  local name=$1 code=$2 found=0
  shift 2
  "$@" >"$work/talk" 2>&1 </dev/null || found=$?
  accepts "$name: exit code $code" is "$found" "$code"
  accepts "$name: not printed" lacks 'c2VjcmV0c2VjcmV0|hunter2' "$work/talk"
}
target=(127.0.0.1:1/m:1)
hides "a token instead of a file" 2 "$MPK" ship "$model" "${target[@]}" --identity-token "$secret"
hides "the same with =" 2 "$MPK" ship "$model" "${target[@]}" "--identity-token=$secret" --verbose
hides "the same in JSON" 2 "$MPK" ship "$model" "${target[@]}" --identity-token "$secret" --format json
hides "a token after a misspelt option" 2 "$MPK" ship "$model" "${target[@]}" "--identity-tokn=$secret"
hides "a password as an option" 2 "$MPK" login 127.0.0.1:1 -u bob --password=hunter2
hides "a password in a reference" 2 "$MPK" inspect "https://bob:hunter2@registry.example/m:1"
hides "a token in SIGSTORE_ID_TOKEN that is none" 2 env "SIGSTORE_ID_TOKEN=$secret" "$MPK" ship "$model" "${target[@]}" --verbose
close_steps "cli surface"
