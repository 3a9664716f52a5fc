#!/usr/bin/env bash
# Traces: nothing unless it is asked for, what is sent, and every fault of a collector beside the same answer.
. "$(dirname "$0")/common.sh"
unset "${!OTEL_@}" TRACEPARENT TRACESTATE
started=()
trap 'kill "${started[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
stub() { # mode [URL]: sets port; its requests are in $work/MODE
  : >"$work/$1"
  : >"$work/port"
  python3 "$here/otlp_stub.py" "$work/$1" "$@" >"$work/port" &
  started+=($!)
  port=
  for _ in {1..100}; do
    port=$(<"$work/port")
    [[ -z $port ]] || return 0
    sleep 0.1
  done
  return 1
}
seen() { # mode, expression of r, the requests, and spans, those of all
  python3 - "$work/$1" "$2" <<'PYTHON'
import json, sys
r = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
spans = [s for each in r if each["body"] for part in json.loads(each["body"])["resourceSpans"] for scope in part["scopeSpans"] for s in scope["spans"]]
sys.exit(0 if eval(sys.argv[2]) else f"{r}")
PYTHON
}
"$MPK" pack "$model" -t "oci:$work/layout:1" --quiet >/dev/null
inspect=("$MPK" inspect "oci:$work/layout:1")
"${inspect[@]}" >"$work/expected"
caller=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
# The answer is the one without traces; so many lines of warnings, in so many milliseconds.
same() { # warnings, milliseconds, variables…
  local begun took
  begun=$(date +%s%N)
  env "${@:3}" "${inspect[@]}" >"$work/found" 2>"$work/talk" || { cat "$work/talk"; return 1; }
  took=$((($(date +%s%N) - begun) / 1000000))
  cmp "$work/expected" "$work/found" || return 1
  [[ $took -le $2 ]] || { echo "took $took ms"; return 1; }
  is "$(grep -c '^warning: ' "$work/talk")" "$1" || { cat "$work/talk"; return 1; }
}

# A registry sees who has called only when traces are asked for.
stub refusing
registry=$port
pull=("$MPK" inspect "127.0.0.1:$registry/a/b:1")
refuses "without an endpoint" any "" env TRACEPARENT=$caller "${pull[@]}"
accepts "a registry gets no traceparent" seen refusing 'r and all("traceparent" not in each["headers"] for each in r)'
stub good
good=http://127.0.0.1:$port
: >"$work/refusing"
refuses "with one" any "" env TRACEPARENT=$caller TRACESTATE=a=1 OTEL_EXPORTER_OTLP_ENDPOINT="$good" "${pull[@]}"
accepts "it gets one of the same trace, and the tracestate" seen refusing 'r and all(each["headers"]["traceparent"].startswith("00-4bf92f3577b34da6a3ce929d0e0e4736-") and each["headers"]["tracestate"] == "a=1" for each in r)'
accepts "that names the span of that request" seen good "r[0]['path'] == '/v1/traces' and [s['spanId'] for s in spans if s['name'] == 'GET'] == [each['headers']['traceparent'][36:52] for each in $(python3 -c 'import json,sys; print([json.loads(l) for l in open(sys.argv[1])])' "$work/refusing")]"

# What is sent.
: >"$work/good"
accepts "a command" same 0 5000 OTEL_EXPORTER_OTLP_ENDPOINT="$good" OTEL_EXPORTER_OTLP_HEADERS="X-Key=a%20b" TRACEPARENT=$caller OTEL_SERVICE_NAME=ci
accepts "is one request, JSON, with its header" seen good 'len(r) == 1 and r[0]["headers"]["content-type"] == "application/json" and r[0]["headers"]["x-key"] == "a b"'
accepts "and a span with its exit code" seen good '[(s["name"], s["parentSpanId"], s["traceId"]) for s in spans] == [("mpk inspect", "00f067aa0ba902b7", "4bf92f3577b34da6a3ce929d0e0e4736")] and {"key": "process.exit.code", "value": {"intValue": "0"}} in spans[0]["attributes"]'
: >"$work/good"
refuses "one that fails" any "" env OTEL_EXPORTER_OTLP_TRACES_ENDPOINT="$good/own" "$MPK" inspect "oci:$work/nowhere:1"
accepts "goes to the endpoint of traces, as an error" seen good 'r[0]["path"] == "/own" and spans[-1]["status"]["code"] == 2 and "parentSpanId" not in spans[-1]'
: >"$work/good"
accepts "a caller that records nothing" same 0 5000 OTEL_EXPORTER_OTLP_ENDPOINT="$good" TRACEPARENT=${caller%1}0
for off in OTEL_SDK_DISABLED=true OTEL_TRACES_EXPORTER=none OTEL_TRACES_SAMPLER=always_off; do
  accepts "$off" same 0 5000 OTEL_EXPORTER_OTLP_ENDPOINT="$good" "$off"
done
accepts "nothing is sent of any of them" seen good 'r == []'
printf 'hunter2' >"$work/password"
: >"$work/good"
OTEL_EXPORTER_OTLP_ENDPOINT=$good OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20hunter2" "$MPK" login "127.0.0.1:$registry" --username hunter2 --password-stdin <"$work/password" >/dev/null 2>"$work/talk" || true
accepts "no argument and no password is in a span" seen good 'spans and all("hunter2" not in each["body"] for each in r)'
accepts "nor in what is said" lacks hunter2 "$work/talk"
accepts "requests to the collector are not the command's" bash -c '[[ $(OTEL_EXPORTER_OTLP_ENDPOINT="$1" "${@:2}" --stats 2>&1 >/dev/null) == *", 0 requests" ]]' - "$good" "${inspect[@]}"

# Wrong values: a warning each.
accepts "no URL" same 1 5000 OTEL_EXPORTER_OTLP_ENDPOINT=127.0.0.1:4318
accepts "two wrong values" same 2 5000 OTEL_EXPORTER_OTLP_ENDPOINT="$good" OTEL_TRACES_SAMPLER=wrong OTEL_EXPORTER_OTLP_PROTOCOL=grpc
accepts "a file of authorities that is not there" same 1 5000 OTEL_EXPORTER_OTLP_ENDPOINT=https://127.0.0.1:1 OTEL_EXPORTER_OTLP_CERTIFICATE="$work/none.pem"
accepts "a hostile TRACEPARENT begins a new trace" same 0 5000 OTEL_EXPORTER_OTLP_ENDPOINT="$good" TRACEPARENT="$(printf 'ff%0.s' {1..60})" TRACESTATE=$'\x01'

# Faults.
while IFS='|' read -r mode warnings milliseconds requests; do
  stub "$mode" "$good/elsewhere"
  accepts "a collector that is $mode" same "$warnings" "$milliseconds" OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:$port" OTEL_EXPORTER_OTLP_HEADERS=X-Key=hush
  accepts "$mode: $requests requests" seen "$mode" "len(r) == $requests"
  accepts "$mode: no control characters" lacks $'\x1b' "$work/talk"
done <<'MODES'
busy|0|5000|2
full|1|5000|1
elsewhere|1|5000|1
refusing|1|5000|1
broken|0|5000|1
endless|1|8000|1
gone|1|5000|1
late|1|8000|1
MODES
accepts "nobody was sent elsewhere" seen good 'all(each["path"] != "/elsewhere" for each in r)'
accepts "with --quiet nothing is said" bash -c '[[ -z $(OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1 "$@" --quiet 2>&1 >/dev/null) ]]' - "${inspect[@]}"
close_steps "traces"
