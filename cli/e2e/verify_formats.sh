#!/usr/bin/env bash
# The verdict as other tools read it: the document alone on standard output, and mpk's own exit code, in each format.
. "$(dirname "$0")/common.sh"
needs_sandbox
repo=$MPK_SANDBOX_REGISTRY/formats
words=(sarif openreports junit admission gatekeeper ratify)

"$MPK" ship "$model" "$repo:good" "${signing[@]}" --quiet >/dev/null
eve=(--certificate-identity eve@example.com --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER")
declare -A args=(
  [passed]="$repo:good ${who[*]}" [refused]="$repo:good ${eve[*]}" [undecided]="127.0.0.1:1/m:1 ${who[*]}"
  [absent]="$repo:absent ${who[*]}"
)
declare -A codes=([passed]=0 [refused]=12 [undecided]=3 [absent]=11)

# Standard output goes to $work/out, standard error to $work/err: they must not be mixed up here.
verify() { # expected code arguments of verify…
  local code=$1 found=0
  shift
  "$MPK" verify "$@" "${trust[@]}" >"$work/out" 2>"$work/err" </dev/null || found=$?
  is "$found" "$code"
}
holds() { # expression of d (JSON) or x (XML) and lines: true of standard output
  python3 - "$work/out" "$1" <<'PYTHON'
import json, sys
import xml.etree.ElementTree as tree
text = open(sys.argv[1], encoding="utf-8").read()
d = x = None
if text.startswith("<"):
    x = tree.fromstring(text.encode())
else:
    d = json.loads(text)
names = {"d": d, "x": x, "lines": text.count("\n"), "r": d and d.get("runs", [{}])[0].get("results")}
if not eval(sys.argv[2], names):
    sys.exit(f"not so: {sys.argv[2]}\n{text}")
PYTHON
}

digest=$(digest_of "$repo:good")
for outcome in passed refused undecided absent; do
  # shellcheck disable=SC2086
  accepts "$outcome as text" verify "${codes[$outcome]}" ${args[$outcome]}
  for word in "${words[@]}"; do
    # shellcheck disable=SC2086
    accepts "$outcome as $word ends with the same code" verify "${codes[$outcome]}" ${args[$outcome]} --format "$word"
    accepts "with nothing on standard error" is "$(cat "$work/err")" ""
    case $outcome-$word in
      passed-sarif) test='all(i["kind"] == "pass" and i["level"] == "none" for i in r) and len(r) > 2' ;;
      passed-openreports) test='d["metadata"]["name"] == "mpk-" + "'${digest#*:}'"[:59] and d["summary"]["pass"] > 2' ;;
      passed-junit) test='x[0].get("failures") == x[0].get("errors") == "0" and len(x.findall(".//testcase")) > 2' ;;
      passed-admission) test='d["response"]["allowed"] is True and d["response"]["uid"] == ""' ;;
      passed-gatekeeper) test='d["response"]["items"][0]["value"]["digest"] == "'$digest'" and not d["response"]["items"][0]["error"]' ;;
      passed-ratify) test='d["isSuccess"] is True and d["extensions"]["digest"] == "'$digest'" and lines == 1' ;;
      refused-sarif) test='[i["level"] for i in r if i["ruleId"] == "identity-not-allowed"] == ["error"]' ;;
      refused-openreports) test='{i["severity"] for i in d["results"] if i["result"] == "fail"} == {"critical"}' ;;
      refused-junit) test='x.find(".//failure").get("type") == "identity-not-allowed" and x.find(".//error") is None' ;;
      *-admission) test='d["response"]["allowed"] is False and d["response"]["status"]["code"] == '$([[ $outcome == undecided ]] && echo 503 || echo 403) ;;
      *-gatekeeper) test='d["response"]["items"][0]["error"] and d["response"]["idempotent"] is True' ;;
      *-ratify) test='d["isSuccess"] is False and d["extensions"]["exitCode"] == '${codes[$outcome]}' and lines == 1' ;;
      undecided-sarif) test='d["runs"][0]["invocations"][0]["executionSuccessful"] is False and r[0]["kind"] == "fail"' ;;
      undecided-openreports) test='d["summary"]["error"] == 1 and d["metadata"]["name"] == "mpk-unresolved-127-0-0-1-1-m-1"' ;;
      undecided-junit) test='x.find(".//error") is not None and x.find(".//failure") is None' ;;
      absent-sarif) test='r[0]["ruleId"] == "not_found"' ;;
      absent-openreports) test='d["results"][0]["severity"] == "high" and d["summary"]["fail"] == 1' ;;
      absent-junit) test='x.find(".//failure").get("type") == "not_found"' ;;
    esac
    accepts "and says so" holds "$test"
  done
done

accepts "a report is the same again" verify 0 "$repo:good" "${who[@]}" --format sarif
cp "$work/out" "$work/first"
accepts "a second time" verify 0 "$repo:good" "${who[@]}" --format sarif
accepts "byte for byte" cmp "$work/first" "$work/out"

# Ratify reads both streams, and any line with a brace as JSON.
silent_braces() { lacks '[{}]' "$work/err"; }
odd="$work/{\"isSuccess\":true}"
cp -r "$model" "$odd"
while IFS='|' read -r name code number arguments; do
  mapfile -t list < <(tr ' ' '\n' <<<"${arguments//%/$odd}")
  accepts "ratify: $name" verify "$code" "${list[@]}" --format ratify
  accepts "an error object is the answer" holds 'd["code"] == '"$number"' and d["msg"] and "isSuccess" not in d and lines == 1'
  accepts "something is told" test -s "$work/err"
  accepts "without braces" silent_braces
done <<'CASES'
nobody is named|2|7|127.0.0.1:1/m:1
a file without its bundle|2|7|%/config.json --certificate-identity a@b.example --certificate-oidc-issuer https://b.example
a file that is not there|2|7|127.0.0.1:1/m:1 --policy %{}
an unknown option|2|7|127.0.0.1:1/m:1 --{} --format=ratify
a format twice|2|7|127.0.0.1:1/m:1 --format json
a registry that is not there|3|5|127.0.0.1:1/m:1@sha256:00000000000000000000000000000000000000000000000000000000000000aa --check-tag --certificate-identity a@b.example --certificate-oidc-issuer https://b.example
CASES
"$MPK" copy "$repo:good" "oci:$odd-layout:1" --quiet >/dev/null
accepts "a layout with braces in its name" verify 0 "oci:$odd-layout:1" "${who[@]}" --format ratify --verbose --stats
accepts "passes, in one line" holds 'd["isSuccess"] is True and lines == 1'
accepts "braces of its name are not on standard error" silent_braces
accepts "though something is there" grep -q "^stats: " "$work/err"
accepts "the same usage error as text keeps them" verify 2 127.0.0.1:1/m:1 --policy "$odd{}"
accepts "in the message" grep -qF '{"isSuccess":true}{}' "$work/err"
accepts "as JSON it prints no document" verify 2 127.0.0.1:1/m:1 --format sarif
accepts "nothing at all" is "$(cat "$work/out")" ""
refuses "a full disk hides no refusal" 12 "is the disk full?" bash -c '"$@" >/dev/full' - \
  "$MPK" verify "$repo:good" "${eve[@]}" "${trust[@]}" --format ratify

for word in "${words[@]}"; do
  accepts "help of verify lists $word" says "$word" "$MPK" verify --help
  accepts "completion offers $word" says "$word" "$MPK" __complete -- verify --format "${word:0:2}"
  for command in "inspect $repo:good" "pull $repo:good -o $work/out.d" "tree $repo:good" version; do
    # shellcheck disable=SC2086
    refuses "${command%% *} does not write $word" 2 "--format" "$MPK" $command --format "$word"
  done
done
refuses "nor does verify write another word" 2 "--format" "$MPK" verify "$repo:good" --format xml
close_steps "verify formats"
