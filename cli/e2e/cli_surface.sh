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

# Texts of the option parser are ours.
accepts "help COMMAND" is "$("$MPK" help ship)" "$("$MPK" ship --help)"
accepts "help GROUP COMMAND" is "$("$MPK" help aibom show)" "$("$MPK" aibom show --help)"
refuses "help of nothing" 2 "unknown command" "$MPK" help nothing
refuses "an option without its value" 2 "error: --tag needs a value: REF" "$MPK" pack "$model" -t
refuses "an option twice" 2 "--tag may be given once only" "$MPK" pack "$model" -t oci:a:1 -t oci:b:1
refuses "a flag with a value" 2 "--overwrite takes no value" "$MPK" pull oci:a:1 --overwrite=maybe
refuses "a word too much" 2 "unexpected word second" "$MPK" logout first second third
refuses "a missing word" 2 "error: REF is missing" "$MPK" inspect
refuses "login -p" 2 "--password-stdin" "$MPK" login 127.0.0.1:1 -u bob -p hunter2
no_guess() { ! "$MPK" pack "$model" -t oci:a:1 -x 2>&1 | grep -q "did you mean"; }
accepts "a letter is not guessed at" no_guess

# Completion.
accepts "completion offers shells" says "zsh" "$MPK" __complete -- completion ""
accepts "completion offers levels" says "medium" "$MPK" __complete -- aibom create --fail-on ""
accepts "completion offers types" says "slsaprovenance1" "$MPK" __complete -- attest --type slsa
accepts "completion offers versions" says "1.6" "$MPK" __complete -- aibom create --spec-version ""
accepts "completion after =" says "--format=json" "$MPK" __complete -- version --format=
bash_completes() { # expected words…: what bash offers for the last of them, broken as readline does
  local expected=$1
  shift
  PATH=$(dirname "$MPK"):$PATH bash -c '. "$1"; shift; compopt() { :; }
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mpk; echo "${COMPREPLY[*]}"' - "$work/completion.bash" "$@" >"$work/offered"
  is "$(cat "$work/offered")" "$expected"
}
if [[ $(basename "$MPK") == mpk ]]; then
  accepts "bash completes --format=" bash_completes "text json" mpk version --format =
  accepts "bash completes --format=j" bash_completes "json" mpk version --format = j
  accepts "bash completes behind a reference" bash_completes "--no-referrers" mpk copy oci : a : 1 --no-r
fi

# Every result is one JSON object, also where a document goes into a file.
accepts "aibom create -o is AibomWritten" has_kind AibomWritten aibom create "$model" -o "$work/bom.json"
# /dev/shm is below /dev, and a directory like any other.
if [ -w /dev/shm ]; then
  in_memory=$(mktemp -d /dev/shm/mpk-e2e-XXXXXX)
  accepts "a file in /dev/shm" "$MPK" aibom create "$model" -o "$in_memory/bom.json" --quiet
  accepts "and it is there" grep -q '"bomFormat"' "$in_memory/bom.json"
  rm -rf "$in_memory"
fi
accepts "provenance create -o is ProvenanceWritten" has_kind ProvenanceWritten provenance create -o "$work/p.json"

# Standard output that can't be written.
refuses "a full disk" 3 "is the disk full?" bash -c '"$1" version >/dev/full' - "$MPK"
refuses "a full disk, help" 3 "is the disk full?" bash -c '"$1" --help >/dev/full' - "$MPK"
refuses "closed" 3 "standard output is closed" bash -c '"$1" version >&-' - "$MPK"
unsigned=(verify "oci:$work/layout:1" --certificate-identity a@b.example --certificate-oidc-issuer https://b.example)
refuses "a refusal stays one" 10 "is the disk full?" bash -c '"$@" >/dev/full' - "$MPK" "${unsigned[@]}"
refuses "sandbox up ends at once" 3 "is the disk full?" timeout 20 bash -c '"$1" sandbox up >/dev/full' - "$MPK"
accepts "a reader that went away" bash -c 'set -o pipefail; (sleep 0.3; "$1" version 2>"$2") | true && [ ! -s "$2" ]' - "$MPK" "$work/talk"

# Secrets and our own output are not packed.
cp -r "$model" "$work/model"
printf 'TOKEN=x\n' >"$work/model/.env"
mkdir "$work/model/.ssh"
printf 'x' >"$work/model/.ssh/config"
printf 'x' >"$work/model/.hidden"
packs() { "$MPK" pack "$work/model" -t "oci:$work/model/out:1" --format json 2>"$work/talk" >"$work/packed.json"; }
accepts "pack into the model's own directory" packs
accepts "warns of the secrets" grep -q "warning: left out: .env, .ssh/ (look like secrets" "$work/talk"
accepts "does not pack them" lacks '"path": "\.(env|ssh)' "$work/packed.json"
accepts "packs other hidden files" grep -q '"path": ".hidden"' "$work/packed.json"
first=$(field digest <"$work/packed.json")
accepts "pack again" packs
accepts "gives the same digest" is "$(field digest <"$work/packed.json")" "$first"
refuses "a layout is no model" 2 "an OCI image layout" "$MPK" pack "$work/model/out" -t "oci:$work/x:1"

# Names with escapes, on every screen.
odd=$'x\e[31mz'
for arguments in "pack $model -t oci:$work/$odd:1" "inspect oci:$work/$odd:1" "tree oci:$work/$odd:1" \
  "copy oci:$work/$odd:1 oci:$work/$odd-copy:1" "pull oci:$work/$odd:1 -o $work/out-$odd" "tag oci:$work/$odd:1 two" \
  "list oci:$work/$odd" "aibom create oci:$work/$odd:1 -o $work/$odd.json" "aibom validate $work/$odd.json" "rm oci:$work/$odd:1"; do
  # shellcheck disable=SC2086
  accepts "${arguments%% *} of an odd name" "$MPK" $arguments
  accepts "shows it harmless" lacks $'\033' "$STEPS_DIR/output"
done

# A hang-up ends a sandbox, its command and its directory; one that nohup ignores does not.
hangs_up() { # expected code
  local sandbox code=0
  TMPDIR=$work/tmp "$MPK" sandbox run --quiet -- bash -c 'echo $$ >"$1"; exec sleep 30' - "$work/child" &
  sandbox=$!
  for _ in {1..100}; do [[ -s $work/child ]] && break || sleep 0.1; done
  kill -HUP "$sandbox"
  wait "$sandbox" || code=$?
  is "$code" 129 && ! kill -0 "$(cat "$work/child")" 2>/dev/null && is "$(ls "$work/tmp")" ""
}
mkdir "$work/tmp"
accepts "SIGHUP ends the sandbox" hangs_up
ignores() { # signal: an inherited SIG_IGN is kept
  local mpk
  rm -f "$work/up"
  (trap '' "$1" && exec "$MPK" sandbox up --quiet >"$work/up") &
  mpk=$!
  for _ in {1..100}; do [[ -s $work/up ]] && break || sleep 0.1; done
  kill "-$1" "$mpk"
  sleep 0.3
  kill -0 "$mpk" && kill -TERM "$mpk" && { wait "$mpk" || true; }
}
accepts "an ignored SIGHUP is ignored" ignores HUP
accepts "an ignored SIGINT is ignored" ignores INT
refuses "doctor without HOME" 1 "FAIL  local store" env -u HOME -u XDG_DATA_HOME "$MPK" doctor
close_steps "cli surface"
