#!/usr/bin/env bash
# A cluster's dump in, what the gate would say of each object out: text, JSON, reports, exit codes, unreadable input.
. "$(dirname "$0")/common.sh"
needs_sandbox
good_and_bare
good=$repo@$digest
down=127.0.0.1:1/gate/x@${good#*@}
gate_policy "$MPK_SANDBOX_IDENTITY" 127.0.0.1:1 >"$work/policy.yaml"

pod() { # namespace name reference: an item of a list, in YAML
  cat <<ITEM
- apiVersion: v1
  kind: Pod
  metadata:
    labels: {commit: 12e4567}
    name: $2
    namespace: $1
    uid: u-$2
  spec:
    containers:
    - image: nginx:1
      name: c
    volumes:
    - image:
        reference: $3
      name: m
ITEM
}
list() {
  printf 'apiVersion: v1\nitems:\n'
  cat
  printf 'kind: List\nmetadata:\n  resourceVersion: ""\n'
}
deployment() { # reference, in JSON
  printf '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","namespace":"web"},"spec":{"template":{"spec":{"volumes":[{"name":"m","image":{"reference":"%s"}}]}}}}' "$1"
}
pod models one "$good" | list >"$work/good.yaml"
deployment "$good" >"$work/good.json"
{
  pod models two "$good"
  pod models three "$bare"
  pod own four "$repo:good"
  pod kube-system five "$bare"
  printf -- '- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: c, namespace: own}\n'
} | list >"$work/mixed.yaml"
pod models six "$down" | list >"$work/down.yaml"

scan() { # expected code, words…: standard output to $work/out
  local code=$1 found=0
  shift
  "$MPK" admit scan --policy "$work/policy.yaml" "${trust[@]}" "$@" >"$work/out" 2>"$work/err" || found=$?
  is "$found" "$code" || { cat "$work/out" "$work/err"; return 1; }
}
holds() { # expression of d, the document
  python3 - "$work/out" "$1" <<'PYTHON'
import json, sys
d = json.load(open(sys.argv[1], encoding="utf-8"))
if not eval(sys.argv[2]):
    sys.exit(f"not so: {sys.argv[2]}\n{d}")
PYTHON
}
shows() { grep -qE -- "$1" "$work/out" || { cat "$work/out"; return 1; }; }

accepts "a dump in order" scan 0 "$work/good.yaml"
accepts "is told object by object" shows '^allowed +Pod models/one: 1 verified$'
accepts "and counted" shows '^1 object, 1 allowed$'
piped() { scan 0 <"$work/good.json"; }
accepts "JSON on standard input" piped
accepts "finds a template's" shows '^allowed +Deployment web/d: 1 verified$'
accepts "the same as -" scan 0 - <"$work/good.json"
accepts "several files" scan 0 "$work/good.yaml" "$work/good.json"
accepts "are one scan" shows '^2 objects, 2 allowed$'
documents() { { cat "$work/good.yaml"; printf -- '---\n'; cat "$work/good.json"; } | scan 0; }
accepts "several documents" documents
accepts "are one scan, too" shows '^2 objects, 2 allowed$'

accepts "what would be refused" scan 1 "$work/mixed.yaml"
accepts "is, with its reason" shows '^refused +Pod models/three: .*no-signature'
accepts "a tag is, too" shows '^refused +Pod own/four: .*tag-not-pinned'
accepts "the rest is counted" shows '^5 objects, 1 allowed, 2 refused, 1 exempt, 1 without'
accepts "a tag may pass" scan 1 "$work/mixed.yaml" --insecure-allow-tags
accepts "as what it names now" shows '^allowed +Pod own/four'
accepts "a registry that is down leaves it open" scan 3 "$work/down.yaml"
accepts "and is told" shows '^undecided +Pod models/six: '
accepts "a refusal wins" scan 1 "$work/down.yaml" "$work/mixed.yaml"
accepts "an exempt namespace is not looked at" scan 0 "$work/down.yaml" --exempt models
accepts "but counted" shows '^1 object, 1 exempt$'
accepts "other images, when they must not pass" scan 1 "$work/good.yaml" --refuse-other-images

accepts "as JSON" scan 1 "$work/mixed.yaml" --format json
accepts "each object is there" holds 'd["kind"] == "AdmitScan" and [o["outcome"] for o in d["objects"]] == ["allowed", "refused", "refused", "exempt"]'
accepts "with its references" holds 'd["objects"][1]["references"][0]["code"] == "no-signature" and d["objects"][1]["references"][0]["reference"] == "'"$bare"'"'
accepts "and a summary" holds 'd["summary"] == {"objects": 5, "allowed": 1, "refused": 2, "undecided": 0, "exempt": 1, "none": 1}'
accepts "as reports" scan 1 "$work/mixed.yaml" "$work/down.yaml" --format openreports
accepts "one for each namespace" holds '[(r["kind"], r["metadata"]["namespace"]) for r in d["items"]] == [("Report", n) for n in ("kube-system", "models", "own")]'
accepts "with a result for each reference" holds '[r["result"] for r in d["items"][1]["results"]] == ["pass", "fail", "error"] and d["items"][0]["results"][0]["result"] == "skip"'
accepts "about the object" holds 'd["items"][1]["results"][1]["resources"] == [{"apiVersion": "v1", "kind": "Pod", "namespace": "models", "name": "three", "uid": "u-three"}]'
# A reader of reports is one of ours: they are a dump, too.
cp "$work/out" "$work/reports.json"
accepts "which are objects" scan 0 "$work/good.yaml" "$work/reports.json"

for i in {1..40}; do pod "n$i" "p$i" "$good"; done | list >"$work/many.yaml"
requests() { # file
  scan 0 "$1" --stats && sed -nE 's/^stats: .* ([0-9]+) requests$/\1/p' "$work/err"
}
once() {
  local one many
  one=$(requests "$work/good.yaml") && many=$(requests "$work/many.yaml") && [[ $one -gt 0 ]] && is "$many" "$one"
}
accepts "a model that forty objects name is verified once" once

"$MPK" tag "$repo@${good#*@}" same --quiet >/dev/null
accepts "the tags of a repository" scan 0 --registry "$repo"
accepts "each is told" shows "^allowed +Tag $repo:good: 1 verified\$"
accepts "also the second of one digest" shows "^allowed +Tag $repo:same: 1 verified\$"
accepts "and counted" shows '^2 objects, 2 allowed$'
accepts "of several places" scan 1 --registry "$repo" --registry "${bare%@*}"
accepts "what nobody signed is refused" shows "^refused +Tag ${bare%@*}:1: .*no-signature"
accepts "beside a dump" scan 1 --registry "${bare%@*}" "$work/good.yaml"
accepts "both are told" shows '^2 objects, 1 allowed, 1 refused$'
accepts "no rule is about it" scan 0 --registry "$MPK_SANDBOX_REGISTRY/other/tiny"
accepts "and it is counted" shows '^1 object, 1 without'
accepts "as JSON, too" scan 1 --registry "${bare%@*}" --format json
accepts "with the digest" holds '[(o["kind"], o["references"][0]["digest"]) for o in d["objects"]] == [("Tag", "'"${bare#*@}"'")]'
refuses "a registry that lists no repositories" 2 "lists no repositories" "$MPK" admit scan --policy "$work/policy.yaml" "${trust[@]}" --registry "$MPK_SANDBOX_REGISTRY"
refuses "a tag is no place" 2 "is no place where artifacts are" "$MPK" admit scan --policy "$work/policy.yaml" "${trust[@]}" --registry "$repo:good"
refuses "a registry that is not there" 3 "127.0.0.1:1" "$MPK" admit scan --policy "$work/policy.yaml" "${trust[@]}" --registry "127.0.0.1:1/gate/*"

printf 'apiVersion: v1\nkind: Pod\n---\nkind: Pod\n' >"$work/broken.yaml"
refuses "no object" 2 "broken.yaml:4:1: document 2: \$: apiVersion is missing" "$MPK" admit scan --policy "$work/policy.yaml" "${trust[@]}" "$work/good.yaml" "$work/broken.yaml"
refuses "no file" 2 "absent.yaml: no such file" "$MPK" admit scan --policy "$work/policy.yaml" "${trust[@]}" "$work/absent.yaml"
refuses "nothing at all" 2 "standard input: no document in it" bash -c '"$@" </dev/null' - "$MPK" admit scan --policy "$work/policy.yaml" "${trust[@]}"
refuses "no policy" 2 "--policy" "$MPK" admit scan "$work/good.yaml"
refuses "a scan answers nobody" 2 "--warn" "$MPK" admit scan --policy "$work/policy.yaml" --warn "$work/good.yaml"
close_steps "admit scan"
