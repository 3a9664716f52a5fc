#!/usr/bin/env bash
# aiBOMs of CycloneDX 1.7 all the way: written, shipped, verified against the bytes, shown, compared; tiers in either form.
. "$(dirname "$0")/common.sh"
needs_sandbox
date=2026-01-02T03:04:05Z
verify() { "$MPK" verify "oci:$work/layout:$1" "${trust[@]}" "${who[@]}" "${@:2}"; }
ship() { "$MPK" ship "$model" "oci:$work/layout:$1" "${signing[@]}" "${@:2}"; }
# FILE STATEMENT: changes the document d.
change() { python3 -c 'import json, sys
path, code = sys.argv[1:]
d = json.load(open(path))
exec(code)
json.dump(d, open(path, "w"))' "$@"; }

accepts "ship of 1.7 with a date" says "CycloneDX 1.7 ·" ship new --spec-version 1.7 --created "$date"
accepts "verify of it" says "1.7, valid" verify new
accepts "the files match the layers" says "10 of 10" verify new
accepts "which is shown" says "CycloneDX 1.7 ·" "$MPK" aibom show "oci:$work/layout:new"
refuses "a version that is not written" 2 "1.8 is not supported" ship odd --spec-version 1.8

create() { "$MPK" aibom create "oci:$work/layout:new" --quiet -o "$work/bom.json" "$@"; }
accepts "1.6 of an artifact" create
mv "$work/bom.json" "$work/older.json"
accepts "1.7 of an artifact" create --spec-version 1.7 --created "$date"
accepts "tells the same, tiers included" says "no difference" "$MPK" aibom diff "$work/older.json" "$work/bom.json"
cp "$work/bom.json" "$work/lowered.json"
accepts "a fact that is proven less" change "$work/lowered.json" 'c = d["citations"]; v = [e for e in c if "=verified" in e["note"]][0]; v["note"] = "mpk:provenance=declared"'
refuses "is told" 1 "declared" "$MPK" aibom diff "$work/older.json" "$work/lowered.json" --fail-on tier.lowered
accepts "its tiers are citations" grep -q '"note": "mpk:provenance=declared;source=README.md"' "$work/bom.json"
accepts "and no properties" lacks '"mpk:provenance:' "$work/bom.json"
facts=$("$MPK" aibom show "$work/bom.json" | grep '^facts')
accepts "1.7 without a date" create --spec-version 1.7
accepts "its tiers are properties" grep -q '"mpk:provenance:/metadata/component/name"' "$work/bom.json"
accepts "and no citations" lacks '"citations"' "$work/bom.json"
accepts "the facts are the same" is "$("$MPK" aibom show "$work/bom.json" | grep '^facts')" "$facts"

accepts "one for the page" create --spec-version 1.7 --created "$date"
accepts "the page has the tiers" bash -c '"$1" aibom show "$2" --html | grep -q "Every fact with its tier"' . "$MPK" "$work/bom.json"
accepts "another digest" change "$work/bom.json" 'd["metadata"]["component"]["components"][0]["hashes"][0]["content"] = "0" * 64'
attest() { "$MPK" attest "oci:$work/layout:new" --type cyclonedx --predicate "$work/bom.json" "${signing[@]}"; }
accepts "is valid, and attested" attest
refuses "and disagrees with the layers" 22 "SHA-256 differs" verify new
accepts "a citation of nothing" change "$work/bom.json" 'd["citations"][0]["pointers"].append("/nowhere")'
refuses "is not valid" 21 "[dangling-citation]" "$MPK" aibom validate "$work/bom.json"
refuses "and not attested" 2 "nothing is at /nowhere" attest
close_steps "aibom: versions"
