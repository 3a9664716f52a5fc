#!/usr/bin/env bash
# Inside `mpk sandbox run`: the OpenTelemetry Collector's own receiver gets the spans of commands and of the gate, under
# the parents that their callers named; and what happens when there is no collector, or one that never answers.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/steps.sh"
work=$STEPS_DIR/traces
mkdir -p "$work"
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY
: >"$work/spans"

free_port() { python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
until_open() { # port
  for _ in {1..100}; do
    ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null || return 0
    sleep 0.1
  done
  return 1
}
started=()
trap 'kill "${started[@]}" 2>/dev/null || true' EXIT
port=$(free_port)
otlp-collector "127.0.0.1:$port" "$work/spans" >"$work/collector.log" 2>&1 &
started+=($!)
accepts "the collector listens" until_open "$port"

dir=$MPK_SANDBOX_DIR
repo=$MPK_SANDBOX_REGISTRY/traces/tiny
trust=(--trusted-root "$dir/trusted-root.json")
who=(--certificate-identity "$MPK_SANDBOX_IDENTITY" --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER")
verify=("$MPK" verify "$repo:1.0" "${trust[@]}" "${who[@]}")
caller=00f067aa0ba902b7
tracing=(env "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:$port")
under() { # trace's first digits, command…: as a CI's job that is traced itself
  "${tracing[@]}" TRACEPARENT="$(trace "$1")-$caller-01" TRACESTATE=ci=7 "${@:2}"
}
trace() { printf '00-%s4bf92f3577b34da6a3ce929d0e0e' "$1"; } # four digits
spans() { # trace's first digits, parent, spans…
  local id
  id=$(trace "$1")
  python3 "$here/spans.py" "$work/spans" "${id#00-}" "${@:2}"
}

# Commands.
accepts "mpk ship" under 0001 "$MPK" ship "$MODEL" "$repo:1.0" --signing-config "$dir/signing-config.json" "${trust[@]}" --quiet
accepts "its span is under the caller's" spans 0001 $caller "mpk ship;kind=1;status=0;process.exit.code=0;service=mpk;state=ci=7"
accepts "packing: requests to the registry" spans 0001 $caller "mpk ship" pack "POST;kind=3;http.response.status_code=202;server.address=127.0.0.1"
accepts "signing: the CA" spans 0001 $caller "mpk ship" sign "POST;url.full=*;http.response.status_code=200"
accepts "signing: a timestamp or a log" spans 0001 $caller "mpk ship" sign "POST;http.response.status_code=201"
accepts "pushing" spans 0001 $caller "mpk ship" "push;mpk.reference=$repo:1.0;oci.manifest.digest=*" "PUT;http.response.status_code=201"
accepts "mpk verify" under 0002 "${verify[@]}"
for phase in resolve "read manifest" "collect evidence"; do
  accepts "$phase" spans 0002 $caller "mpk verify;status=0" "verify artifact;mpk.verdict.result=passed;oci.manifest.digest=*" "$phase;status=0" "GET;http.response.status_code=200"
done
refuses "mpk verify refuses another's signature" 12 "eve@example.com" under 0003 "$MPK" verify "$repo:1.0" "${trust[@]}" \
  --certificate-identity eve@example.com --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER"
accepts "its exit code is the span's error" spans 0003 $caller "mpk verify;status=2;process.exit.code=12;error.type=12" "verify artifact;status=0;mpk.verdict.result=refused"
refuses "a registry that is down" 3 "refused" under 0004 "$MPK" verify "127.0.0.1:1/a/b:1" "${trust[@]}" "${who[@]}"
accepts "is an error of its request" spans 0004 $caller "mpk verify;status=2;process.exit.code=3" "verify artifact;mpk.verdict.result=undecided" "resolve;status=2" "GET;status=2;error.type=network;http.response.status_code=-"
accepts "without a caller it is a trace of its own" env -u TRACEPARENT "${tracing[@]}" "$MPK" list "$repo"
accepts "that begins there" python3 "$here/spans.py" "$work/spans" any none "mpk list;process.exit.code=0" GET

# The gate.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/tls.key" -out "$work/tls.crt" -days 2 \
  -subj /CN=gate -addext subjectAltName=IP:127.0.0.1 2>/dev/null
cat >"$work/policy.yaml" <<POLICY
apiVersion: mpk/v1
name: traces
match: ["$MPK_SANDBOX_REGISTRY/traces/*", "127.0.0.1:1/traces/*"]
signers: [{identity: "$MPK_SANDBOX_IDENTITY", issuer: "$MPK_SANDBOX_ISSUER"}]
POLICY
gate_port=$(free_port)
TRACEPARENT="$(trace 00ff)-$caller-01" OTEL_SERVICE_NAME=gate "${tracing[@]}" "$MPK" admit serve --listen "127.0.0.1:$gate_port" --tls-cert "$work/tls.crt" --tls-key "$work/tls.key" \
  --policy "$work/policy.yaml" "${trust[@]}" --linger 0 --audit "$work/audit.log" 2>"$work/gate.log" &
gate=$!
started+=("$gate")
until_open "$gate_port"
digest=$("$MPK" inspect "$repo:1.0" --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["digest"])')
ask() { # trace's first digits, reference
  printf '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u-7","kind":{"group":"","version":"v1","kind":"Pod"},"operation":"CREATE","namespace":"models","name":"p","userInfo":{"username":"me"},"object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"volumes":[{"name":"m","image":{"reference":"%s"}}]}}}}' "$2" |
    curl --silent --show-error --fail --noproxy '*' --cacert "$work/tls.crt" -H "traceparent: $(trace "$1")-$caller-01" \
      --data-binary @- "https://127.0.0.1:$gate_port/validate?timeout=10s"
}
metrics() { curl --silent --noproxy '*' --cacert "$work/tls.crt" "https://127.0.0.1:$gate_port/metrics"; }
accepts "the gate is asked under a trace" ask 0010 "$repo@$digest"
accepts "again, and it remembers" ask 0011 "$repo@$digest"
accepts "about a registry that is down" ask 0012 "127.0.0.1:1/traces/a@$digest"
accepts "it counts its spans" bash -c 'grep -E "^mpk_spans_total [1-9]" <<<"$1" && grep -x "mpk_spans_dropped_total 0" <<<"$1"' - "$(metrics)"
kill -TERM "$gate"
wait "$gate" || true
request="POST /validate;kind=2;status=0;http.route=/validate;http.response.status_code=200;service=gate"
accepts "the request is under its caller" spans 0010 $caller "$request;mpk.admission.allowed=true;mpk.admission.kind=Pod;k8s.namespace.name=models"
accepts "the registry is asked under the verdict" spans 0010 $caller "$request" "ask for a verdict;mpk.verdict.from=registry;mpk.verdict.result=passed;oci.manifest.digest=$digest" \
  "make a verdict;status=0" "verify artifact" "collect evidence" "GET;http.response.status_code=200"
accepts "what is remembered" spans 0011 $caller "$request" "ask for a verdict;mpk.verdict.from=memory;mpk.verdict.result=passed"
refuses "is asked of nobody" 1 "POST /validate" spans 0011 $caller "$request" "ask for a verdict" "make a verdict"
accepts "a verdict that could not be made" spans 0012 $caller "$request;mpk.admission.allowed=false;mpk.admission.code=503" "ask for a verdict;status=2;error.type=undecided" "make a verdict;status=2"
accepts "the audit log has the trace" grep -q '"traceId":"00104bf92f3577b34da6a3ce929d0e0e"' "$work/audit.log"
refuses "the server's own life is no span" 1 "not found" spans 00ff $caller "mpk admit serve"
accepts "nothing secret is in any span" bash -c '! grep -iE "bearer|eyJ[A-Za-z0-9_-]{20}|PRIVATE KEY" "$1"' - "$work/spans"

# Trouble with the collector changes neither an answer nor an exit code.
same() { # warnings, most milliseconds, endpoint, command…: the same answer as without traces
  local warnings=$1 most=$2 endpoint=$3 begun took
  shift 3
  "$@" >"$work/expected" 2>/dev/null
  begun=$(date +%s%N)
  OTEL_EXPORTER_OTLP_ENDPOINT=$endpoint "$@" >"$work/found" 2>"$work/talk" || { cat "$work/talk"; return 1; }
  took=$((($(date +%s%N) - begun) / 1000000))
  [[ $took -le $most ]] || { echo "took $took ms"; return 1; }
  cmp "$work/expected" "$work/found" && [[ $(grep -c '^warning: traces are lost: ' "$work/talk") == "$warnings" ]] || { cat "$work/talk"; return 1; }
}
down=http://127.0.0.1:$(free_port)
accepts "the collector is down: the same answer, one warning" same 1 5000 "$down" "${verify[@]}"
accepts "none with --quiet" same 0 5000 "$down" "${verify[@]}" --quiet
python3 -c 'import socket, sys, time
s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1], flush=True)
held = []
while True: held.append(s.accept())' >"$work/silent" &
started+=($!)
for _ in {1..50}; do
  [[ ! -s $work/silent ]] || break
  sleep 0.1
done
accepts "it never answers: the command ends in time" same 1 8000 "http://127.0.0.1:$(<"$work/silent")" "${verify[@]}"
refuses "a refusal stays one" 12 "traces are lost" env OTEL_EXPORTER_OTLP_ENDPOINT="$down" "$MPK" verify "$repo:1.0" "${trust[@]}" \
  --certificate-identity eve@example.com --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER"
accepts "another protocol: a warning, and JSON is sent" bash -c '"$@" 2>&1 | grep -F "OTEL_EXPORTER_OTLP_PROTOCOL=grpc is ignored"' - "${tracing[@]}" OTEL_EXPORTER_OTLP_PROTOCOL=grpc "${verify[@]}"
close_steps "traces"
