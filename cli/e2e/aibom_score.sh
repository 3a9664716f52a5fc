#!/usr/bin/env bash
# aibom init, create and score: a person fills in what no file tells, and it counts only where it says something.
# shellcheck disable=SC2154,SC2016 # "model", "signing" and "trust" are common.sh's; bash -c expands
. "$(dirname "$0")/common.sh"
needs_sandbox

cp -r "$model" "$work/m"
overlay=$work/m/aibom.yaml
percent() { "$MPK" aibom score "$@" --format json | field percent; }
standing() { # FILE PROFILE ID
  "$MPK" aibom score "$1" --profile "$2" --format json | python3 -c '
import json, sys
print(*(e["standing"] for e in json.load(sys.stdin)["elements"] if e["id"] == sys.argv[1]))' "$3"
}
higher() { python3 -c 'import sys; sys.exit(not float(sys.argv[1]) > float(sys.argv[2]) + 10)' "$@"; }

"$MPK" aibom create "$work/m" --quiet -o "$work/bare.json"
accepts "a start" says "aibom.yaml" "$MPK" aibom init "$work/m"
accepts "for editors" grep -q '^# yaml-language-server: \$schema=' "$overlay"
accepts "what the files say is a comment" grep -q '^# architecture: TODO' "$overlay"
accepts "the rest is asked" grep -q '^securityContact: TODO' "$overlay"
cp "$overlay" "$work/started.yaml"
refuses "a second start" 2 "stays as it is" "$MPK" aibom init "$work/m"
accepts "what is there is kept" cmp "$overlay" "$work/started.yaml"
echo "# mine" >>"$overlay"
accepts "--force starts anew" "$MPK" aibom init "$work/m" --force
accepts "with the same bytes" cmp "$overlay" "$work/started.yaml"
accepts "elsewhere" "$MPK" aibom init "$work/m" -o "$work/copy.yaml"
accepts "it is the same" cmp "$work/copy.yaml" "$work/started.yaml"
refuses "of a file" 2 "expected the directory of a model" "$MPK" aibom init "$work/m/config.json"
refuses "of nothing" 2 "none" "$MPK" aibom init "$work/none"

"$MPK" aibom create "$work/m" --quiet -o "$work/started.json"
for profile in owasp g7 bsi cisa ntia eu-xi eu-xii; do
  accepts "nothing but TODO scores nothing: $profile" is "$(percent "$work/started.json" --profile "$profile")" "$(percent "$work/bare.json" --profile "$profile")"
done
accepts "no TODO gets into the document" lacks TODO "$work/started.json"

sed -i -e 's/^version: TODO/version: "1.2"/' -e 's/^releaseDate: TODO/releaseDate: 2026-01-31/' -e 's/^hardware: TODO/hardware: unknown/' \
  -e '/^authors:/,/^$/s/TODO/ann@acme.test/' -e '/^manufacturer:/,/^$/{s/name: TODO/name: Acme/;s/url: TODO/url: https:\/\/acme.test/}' \
  -e 's,^\(download\|advisories\|sourceCode\): TODO,\1: https://acme.test/x,' -e "s/^downloadSha512: TODO/downloadSha512: $(printf 'a%.0s' {1..128})/" \
  -e 's/^dataFlow: TODO/dataFlow: prompts in, text out/' -e 's/owner: TODO/owner: Acme/' "$overlay"
accepts "a filled one" "$MPK" aibom create "$work/m" --quiet -o "$work/filled.json"
accepts "is valid" "$MPK" aibom validate "$work/filled.json"
for profile in g7 bsi cisa ntia; do
  accepts "the score rises: $profile" higher "$(percent "$work/filled.json" --profile "$profile")" "$(percent "$work/bare.json" --profile "$profile")"
done
accepts "an answer is declared" is "$(standing "$work/filled.json" g7 MDL-05)" declared
accepts "what was read stays verified" is "$(standing "$work/filled.json" g7 MDL-07)" verified
accepts "of each dataset" is "$(standing "$work/filled.json" g7 DP-06)" declared
accepts "unknown is no answer" is "$(standing "$work/filled.json" g7 INF-02)" missing
accepts "SHA-512 where BSI looks for it" is "$(standing "$work/filled.json" bsi sha512)" declared
accepts "the missing line is named" says "in aibom.yaml: trainingMethod: …" "$MPK" aibom score "$work/filled.json"
accepts "with the dataset that is meant" says '[{name: "example/licence-questions", license: …}]' "$MPK" aibom score "$work/filled.json"

python3 - "$work/filled.json" "$work/empty.json" <<'PY'
import json, sys
bom = json.load(open(sys.argv[1]))
bom["metadata"]["component"]["manufacturer"]["name"] = "N/A"
json.dump(bom, open(sys.argv[2], "w"))
PY
accepts "a placeholder of another tool is none either" is "$(standing "$work/empty.json" g7 MDL-05)" placeholder

accepts "over the limit" "$MPK" aibom score "$work/filled.json" --fail-under 50
refuses "under it" 1 "refused by --fail-under 90" "$MPK" aibom score "$work/filled.json" --fail-under 90
refuses "no number" 2 "expected a whole number" "$MPK" aibom score "$work/filled.json" --fail-under high
refuses "no such profile" 2 "did you mean owasp?" "$MPK" aibom score "$work/filled.json" --profile owsap
refuses "no CycloneDX" 21 "not a CycloneDX document" "$MPK" aibom score "$model/config.json"
accepts "of a pipe" bash -c '"$1" aibom score - --profile ntia <"$2"' _ "$MPK" "$work/filled.json"

"$MPK" pack "$work/m" -t "oci:$work/layout:1" --quiet >/dev/null
accepts "of an artifact that has it" "$MPK" aibom create "oci:$work/layout:1" --quiet -o "$work/packed.json"
accepts "it counts, too" is "$(standing "$work/packed.json" g7 MDL-05)" declared
printf 'apiVersion: mpk/v1\nmanufacturer: {name: Initech}\n' >"$work/other.yaml"
"$MPK" aibom create "oci:$work/layout:1" --overlay "$work/other.yaml" --quiet -o "$work/other.json"
accepts "another one takes its place" is "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["metadata"]["component"]["manufacturer"]["name"])' "$work/other.json")" Initech
accepts "a start for an artifact" "$MPK" aibom init "oci:$work/layout:1" -o "$work/artifact.yaml"
refuses "none attached" 20 "no aibom is attached" "$MPK" aibom score "oci:$work/layout:1"

ref=$MPK_SANDBOX_REGISTRY/score/llama:1.0
accepts "shipped with it" "$MPK" ship "$work/m" "$ref" "${signing[@]}" --quiet
standing_of() { "$MPK" aibom score "$ref" "$@" --quiet --format json | python3 -c '
import json, sys
found = {e["id"]: e["standing"] for e in json.load(sys.stdin)["elements"]}
print(found["MD-05"], found["MDL-02"], found["MDL-05"])'; }
accepts "attached: signed, identified, answered" is "$(standing_of "${trust[@]}")" "verified declared declared"
python3 - "$MPK_SANDBOX_DIR/trusted-root.json" "$work/root.json" <<'PY'
import json, sys
root = json.load(open(sys.argv[1]))
root["certificateAuthorities"] = []
json.dump(root, open(sys.argv[2], "w"))
PY
accepts "a signature that another root does not know is none" is "$(standing_of --trusted-root "$work/root.json")" "missing declared declared"
"$MPK" aibom create "$ref" --quiet -o "$work/remote.json"
accepts "of headers alone it counts, too" is "$(standing "$work/remote.json" g7 MDL-05)" declared
"$MPK" aibom create "$ref" --content --quiet -o "$work/content.json"
accepts "and of everything" is "$(standing "$work/content.json" g7 MDL-05)" declared

line=$(($(wc -l <"$overlay") + 1))
echo 'suplier: {name: Acme}' >>"$overlay"
refuses "a wrong key, with file and line" 2 "aibom.yaml:$line:" "$MPK" aibom create "$work/m"
refuses "and what was meant" 2 "did you mean supplier?" "$MPK" aibom create "$work/m"
close_steps "aibom score"
