#!/usr/bin/env bash
# aibom show --html and aibom diff: a page that is made from the document alone, changes by meaning and their exit codes.
# shellcheck disable=SC2154,SC2016 # "model" is common.sh's; bash -c expands
. "$(dirname "$0")/common.sh"

"$MPK" aibom create "$model" --quiet -o "$work/a.json"
change() { # python on "bom" and "model", from a.json to FILE
  python3 - "$work/a.json" "$1" "$2" <<'PY'
import json, sys
bom = json.load(open(sys.argv[1]))
model = bom["metadata"]["component"]
exec(sys.argv[3])
json.dump(bom, open(sys.argv[2], "w"))
PY
}
kinds() { "$MPK" aibom diff "$@" --format json | python3 -c 'import json, sys; print(*(c["kind"] for c in json.load(sys.stdin)["changes"]))'; }

accepts "a page to a file" says "written to" "$MPK" aibom show "$work/a.json" --html -o "$work/a.html"
accepts "it is one" says "<!DOCTYPE html>" head -c 200 "$work/a.html"
accepts "and to standard output the same" bash -c 'cmp <("$1" aibom show "$2" --html) "$3"' _ "$MPK" "$work/a.json" "$work/a.html"
accepts "of a pipe, too" bash -c 'cmp <("$1" aibom show - --html <"$2") "$3"' _ "$MPK" "$work/a.json" "$work/a.html"
accepts "in another place and time the same" bash -c 'cmp <(TZ=Asia/Tokyo LC_ALL=C.UTF-8 "$1" aibom show "$2" --html) "$3"' _ "$MPK" "$work/a.json" "$work/a.html"
change "$work/evil.json" 'model["name"] = "<script>alert(1)</script>"; model["version"] = "\u202e\x07"'
"$MPK" aibom show "$work/evil.json" --html -o "$work/evil.html" --quiet
accepts "markup in a name is text" grep -qF '&lt;script&gt;alert(1)&lt;/script&gt;' "$work/evil.html"
accepts "and no script" lacks '<script|‮' "$work/evil.html"
refuses "--html with JSON" 2 "two forms" "$MPK" aibom show "$work/a.json" --html --format json
refuses "-o without --html" 2 "-o is for --html" "$MPK" aibom show "$work/a.json" -o "$work/x"
refuses "a page into a missing directory" 2 "no such directory" "$MPK" aibom show "$work/a.json" --html -o "$work/none/a.html"
refuses "a page of another document" 21 "not a CycloneDX document" "$MPK" aibom show "$model/config.json" --html

change "$work/b.json" 'model["licenses"] = [{"license": {"id": "MIT"}}]
bom["services"] = [{"name": "crm", "services": [{"name": "drop"}]}]
weights = [f for f in model["components"] if f["name"].endswith("00001-of-00002.safetensors")][0]
weights["hashes"][0]["content"] = "0" * 64'
accepts "a document and itself" says "no difference" "$MPK" aibom diff "$work/a.json" "$work/a.json" --fail-on any
accepts "changes by meaning" is "$(kinds "$work/a.json" "$work/b.json")" "weights.changed license.added license.removed permissions.added permissions.added"
accepts "without --fail-on they pass" says "5 changes" "$MPK" aibom diff "$work/a.json" "$work/b.json"
refuses "a group" 1 "refused by --fail-on: license.added, license.removed" "$MPK" aibom diff "$work/a.json" "$work/b.json" --fail-on license
refuses "a kind among others" 1 "refused by --fail-on: weights.changed" "$MPK" aibom diff "$work/a.json" "$work/b.json" --fail-on data,weights.changed
refuses "any" 1 "crm/drop" "$MPK" aibom diff "$work/a.json" "$work/b.json" --fail-on any
accepts "other kinds pass" "$MPK" aibom diff "$work/a.json" "$work/b.json" --fail-on lineage,tier.lowered
accepts "one of a pipe" bash -c '"$1" aibom diff - "$3" <"$2" | grep -q license.added' _ "$MPK" "$work/a.json" "$work/b.json"
refuses "no such kind" 2 "did you mean license?" "$MPK" aibom diff "$work/a.json" "$work/b.json" --fail-on licence
refuses "an empty kind" 2 "an empty word" "$MPK" aibom diff "$work/a.json" "$work/b.json" --fail-on license,
refuses "another document" 21 "not a CycloneDX document" "$MPK" aibom diff "$work/a.json" "$model/config.json"
refuses "a missing one" 2 "none.json" "$MPK" aibom diff "$work/a.json" "$work/none.json"
close_steps "aibom look"
