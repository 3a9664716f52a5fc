#!/usr/bin/env bash
# aibom convert: SPDX from a file and a pipe, the same bytes each time, dates, what is kept and left out, refusals.
# shellcheck disable=SC2154,SC2016 # "model" is common.sh's; bash -c expands
. "$(dirname "$0")/common.sh"

"$MPK" aibom create "$model" --quiet -o "$work/bom.json"
date=(--created 2026-11-20T14:03:00Z)
query() { # FILE expression: of "graph", the list, and "one(type)", the first of a class
  python3 - "$1" "$2" <<'PY'
import json, sys
graph = json.load(open(sys.argv[1]))["@graph"]
one = lambda kind: next(n for n in graph if n["type"] == kind)
print(eval(sys.argv[2]))
PY
}

accepts "to a file" says "written to" "$MPK" aibom convert "$work/bom.json" --to spdx3 "${date[@]}" -o "$work/spdx.json"
accepts "to standard output the same" bash -c 'cmp <("$1" aibom convert "$2" --to spdx3 --created 2026-11-20T15:03:00+01:00) "$3"' _ "$MPK" "$work/bom.json" "$work/spdx.json"
accepts "of a pipe, in another place" bash -c 'cmp <(TZ=Asia/Tokyo LC_ALL=C "$1" aibom convert - --to spdx3 --created 2026-11-20T14:03:00Z <"$2") "$3"' _ "$MPK" "$work/bom.json" "$work/spdx.json"
accepts "SOURCE_DATE_EPOCH is a date" env SOURCE_DATE_EPOCH=1700000000 "$MPK" aibom convert "$work/bom.json" --to spdx3 -o "$work/epoch.json"
accepts "and stands there" is "$(query "$work/epoch.json" 'one("CreationInfo")["created"]')" "2023-11-14T22:13:20Z"
"$MPK" aibom create "$model" --quiet "${date[@]}" -o "$work/dated.json"
accepts "the document's own date is worth more" env SOURCE_DATE_EPOCH=1700000000 "$MPK" aibom convert "$work/dated.json" --to spdx3 -o "$work/own.json"
accepts "and stands there, too" is "$(query "$work/own.json" 'one("CreationInfo")["created"]')" "2026-11-20T14:03:00Z"
accepts "the model" is "$(query "$work/spdx.json" 'one("ai_AIPackage")["name"]')" tiny-llama
accepts "each file has its digest" is "$(query "$work/spdx.json" '[n["verifiedUsing"][0]["hashValue"] for n in graph if n.get("name") == "config.json"][0]')" \
  "$(sha256sum "$model/config.json" | cut -d' ' -f1)"
accepts "what is kept is named" says "kept as an annotation: /metadata/component/tags" "$MPK" aibom convert "$work/bom.json" --to spdx3 "${date[@]}" -o "$work/x.json"
accepts "what nobody knows, too" says "profile ai: tiny-llama: nothing is known of releaseTime" "$MPK" aibom convert "$work/bom.json" --to spdx3 "${date[@]}" -o "$work/x.json"
"$MPK" aibom convert "$work/bom.json" --to spdx3 "${date[@]}" -o "$work/x.json" --format json --quiet >"$work/report.json"
accepts "and in JSON" is "$(python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
print(r["kind"], r["format"], r["elements"] > 20, all(set(u) == {"pointer", "kept"} for u in r["unmapped"]), sorted(r))' "$work/report.json")" \
  "AibomConverted spdx3 True True ['elements', 'file', 'format', 'gaps', 'kind', 'unmapped']"

refuses "no date" 2 "give one with --created" "$MPK" aibom convert "$work/bom.json" --to spdx3
refuses "a bad date" 2 "--created" "$MPK" aibom convert "$work/bom.json" --to spdx3 --created yesterday
refuses "no format" 2 "known: spdx3" "$MPK" aibom convert "$work/bom.json"
refuses "another format" 2 "known: spdx3" "$MPK" aibom convert "$work/bom.json" --to spdx2
refuses "another document" 21 "not a CycloneDX document" "$MPK" aibom convert "$model/config.json" --to spdx3 "${date[@]}"
refuses "no JSON" 21 "README.md" "$MPK" aibom convert "$model/README.md" --to spdx3 "${date[@]}"
sed 's/"bomFormat": /"bomFormats": "", &/' "$work/bom.json" >"$work/bad.json"
refuses "one that is not valid" 21 "not a valid CycloneDX document: /bomFormats" "$MPK" aibom convert "$work/bad.json" --to spdx3 "${date[@]}" -o "$work/none.json"
accepts "and nothing is written" absent "$work/none.json"
refuses "a reference" 2 "a reference is not supported here" "$MPK" aibom convert localhost:5000/a/b --to spdx3 "${date[@]}"
refuses "a missing file" 2 "none.json" "$MPK" aibom convert "$work/none.json" --to spdx3 "${date[@]}"
refuses "a missing directory" 2 "no such directory" "$MPK" aibom convert "$work/bom.json" --to spdx3 "${date[@]}" -o "$work/none/x.json"
refuses "JSON twice on standard output" 2 "-o FILE" "$MPK" aibom convert "$work/bom.json" --to spdx3 "${date[@]}" --format json
close_steps "aibom convert"
