#!/usr/bin/env bash
# What a newcomer gets wrong around aiBOMs: one clear text, the right exit code, nothing half-written.
# shellcheck disable=SC2154,SC2016 # "model" is common.sh's; bash -c expands
. "$(dirname "$0")/common.sh"

bom=$work/bom.json
"$MPK" aibom create "$model" --quiet -o "$bom"
aibom() { "$MPK" aibom "$@"; }
overlay() { printf 'apiVersion: mpk/v1\n%s\n' "$1" >"$work/o.yaml"; aibom create "$model" --overlay "$work/o.yaml" -o "$work/out.json"; }

# Words that name no aiBOM.
for command in show score validate "convert --to spdx3"; do
  # shellcheck disable=SC2086 # an option of its own
  refuses "$command: a missing file" 2 "error: $work/none.json: no such file" aibom $command "$work/none.json"
  # shellcheck disable=SC2086
  refuses "$command: a directory" 2 "mpk aibom create $model writes the aiBOM" aibom $command "$model"
done
refuses "an option's file is named with the option" 2 "error: --aibom $work/none.json: no such file" "$MPK" agent pin --aibom "$work/none.json" --mcp x
refuses "validate of a reference" 2 "mpk aibom show REF --format json | mpk aibom validate -" aibom validate localhost:1/a/b:1
refuses "a layout that is a file" 2 "not a directory" aibom create "oci:$bom:1"
mkdir "$work/empty"
refuses "an empty directory is named" 2 "$work/empty: there is no file to pack" aibom create "$work/empty"
refuses "an overlay that is not there" 2 "--overlay: $work/none.yaml" aibom create "$model" --overlay "$work/none.yaml"

# Words of a closed list.
refuses "a profile that is none" 2 "known: owasp, g7" aibom score "$bom" --profile nist
refuses "an empty kind of change" 2 "an empty word" aibom diff "$bom" "$bom" --fail-on license,,
refuses "a kind that is none" 2 "one of any, model, weights" aibom diff "$bom" "$bom" --fail-on nothing

# aibom.yaml and the files that people write.
accepts "a context length as a number" overlay 'contextLength: 4096'
refuses "as a word" 2 "a number of tokens: 4096" overlay 'contextLength: many'
refuses "energy as a word" 2 "a number, from 0" overlay 'energy: [{activity: training, kWh: lots}]'
refuses "an address that is none" 2 "an address: https://" overlay 'website: x'
printf 'license: mit\n' >"$work/o.yaml"
refuses "no first line" 2 "add the line apiVersion: mpk/v1" aibom create "$model" --overlay "$work/o.yaml"
printf 'apiVersion: mpk/v1\nenergy: [{kWh: 1, co2Grams: 1, co2Tonnes: 1}]\n' >"$work/t.yaml"
refuses "two units of CO2" 2 "one of co2Grams, co2Kilograms and co2Tonnes" aibom create "$model" --training "$work/t.yaml"
printf 'apiVersion: mpk/v1\nbaseModels: [{name: x, reference: ghcr.io/a/b:1}]\n' >"$work/t.yaml"
refuses "a base model that may move" 2 "a reference with its digest" aibom create "$model" --training "$work/t.yaml"

# Standard input.
accepts "is read" bash -c '"$1" aibom show - <"$2" | grep -q architecture' _ "$MPK" "$bom"
printf 'apiVersion: mpk/v1\n' >"$work/t.yaml"
refuses "once only" 2 "--evaluation -: --training has read standard input already" \
  bash -c '"$1" aibom create "$2" --training - --evaluation - <"$3"' _ "$MPK" "$model" "$work/t.yaml"
refuses "nor twice for diff" 2 "has read standard input already" bash -c '"$1" aibom diff - - <"$2"' _ "$MPK" "$bom"
refuses "no document on it" 21 "standard input: invalid JSON" bash -c '"$1" aibom show - </dev/null' _ "$MPK"
accepts "Ctrl-C ends the wait for it" python3 - "$MPK" <<'PY'
import signal, subprocess, sys, time
child = subprocess.Popen([sys.argv[1], "aibom", "show", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                         preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
def catches():  # its handler is there (a signal before that would end it in another way)
    for line in open(f"/proc/{child.pid}/status"):
        if line.startswith("SigCgt:"):
            return int(line.split()[1], 16) & 1 << signal.SIGINT - 1
while not catches():
    time.sleep(0.05)
time.sleep(0.2)
child.send_signal(signal.SIGINT)
sys.exit(child.wait(60) != 130)
PY

# Where nothing more can be written: the old file stays, and no other is left.
cp "$bom" "$work/kept.json"
for output in /dev/full "$work"; do
  [[ $output == /dev/full ]] && code=3 || code=2
  refuses "create onto $output" "$code" "$output" aibom create "$model" -o "$output"
  refuses "the page onto $output" "$code" "$output" aibom show "$bom" --html -o "$output"
  refuses "SPDX onto $output" "$code" "$output" aibom convert "$bom" --to spdx3 --created 2026-01-02T03:04:05Z -o "$output"
done
refuses "a file that would get too large" 3 "too large" bash -c 'ulimit -f 8; "$1" aibom create "$2" -o "$3"' _ "$MPK" "$model" "$work/kept.json"
accepts "the old one is as it was" cmp "$bom" "$work/kept.json"
accepts "nothing is left" is "$(find "$work" -name '.mpk-tmp*')" ""
for arguments in "create $model" "show $bom" "score $bom" "validate $bom" "show $bom --html"; do
  # shellcheck disable=SC2086
  refuses "$arguments onto a full disk" 3 "standard output: cannot write: disk full" bash -c '"$@" >/dev/full' _ "$MPK" aibom $arguments
done
accepts "who reads a little only" bash -c '"$1" aibom show "$2" --html | head -c 10 >/dev/null; exit "${PIPESTATUS[0]}"' _ "$MPK" "$bom"
close_steps "mistakes around aiBOMs"
