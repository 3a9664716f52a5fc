# What with_gate.sh does and looks for. Sourced.
# shellcheck shell=bash disable=SC2154,SC2120 # with_gate.sh gives here, docs, state, address, the references, and arguments

digest_of() { mpk inspect "$1" --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["digest"])'; }

make_authority() { # name
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" -keyout "$1.key" -out "$1.crt" 2>/dev/null
}
make_leaf() { # authority name usage [alternative name]
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" -keyout "$2.key" -out "$2.csr" 2>/dev/null
  openssl x509 -req -in "$2.csr" -CA "$1.crt" -CAkey "$1.key" -days 1 -out "$2.crt" \
    -extfile <(printf 'extendedKeyUsage=%s\nsubjectAltName=DNS:%s\n' "$3" "${4:-$2}") 2>/dev/null
}

# Each kind that no API server knows by itself, with whatever fields.
definitions() {
  {
    grep -v '^#' "$here/gate_objects.txt" | cut -d '|' -f 1-3
    printf '%s\n' 'cert-manager.io/v1|Issuer|issuers' 'cert-manager.io/v1|Certificate|certificates' 'spire.spiffe.io/v1alpha1|ClusterSPIFFEID|+clusterspiffeids' \
      'policies.kyverno.io/v1|ValidatingPolicy|+validatingpolicies' 'argoproj.io/v1alpha1|Application|applications' 'example.com/v1|Thing|things'
  } | awk -F '|' '$3 != "" && !seen[$0]++ {
    split($1, api, "/"); plural = $3; scope = sub(/^\+/, "", plural) ? "Cluster" : "Namespaced"
    printf "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: %s.%s, annotations: {api-approved.kubernetes.io: unapproved}}\n", plural, api[1]
    printf "spec:\n  group: %s\n  scope: %s\n  names: {kind: %s, plural: %s, singular: %s}\n", api[1], scope, $2, plural, tolower($2)
    printf "  versions:\n    - {name: %s, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}\n", api[2]
  }'
}

# The first shell block below a heading of the guide.
guide() { # heading
  awk -v heading="$1" '/^## / { here = ($0 == "## " heading) } here && /^```sh$/ { inside = 1; next } /^```/ { if (inside) exit } inside' "$docs/deploy.md" >step.sh
  test -s step.sh && bash -euo pipefail step.sh
}

write_policy() { # glob
  printf 'apiVersion: mpk/v1\nname: cluster\nrules:\n  - match: ["%s", "127.0.0.1:1/gate/*", "127.0.0.1:19999/gate/*"]\n' "$1"
  printf '    signers: [{identity: "%s", issuer: "%s"}]\n    aibom: {required: true}\n' "$MPK_SANDBOX_IDENTITY" "$MPK_SANDBOX_ISSUER"
}

groups_are_listed() {
  local group count=0
  while read -r group; do
    count=$((count + 1))
    grep -qE "^ +- $group( |$)" gate/base/webhook.yaml || { echo "not listed: $group"; return 1; }
  done < <(sed -nE 's/^\| .([a-z0-9.-]+\.[a-z0-9.-]+). \| [A-Z].*/\1/p' "$docs/admission.md" | sort -u)
  [[ $count -ge 9 ]] || { echo "only $count groups were found"; return 1; }
}

deploys() { # directory, options of kubectl…
  kustomize build "$1" >"$1.yaml" && kubectl apply -f "$1.yaml" "${@:2}"
}
variant() { # name components
  cp -r gate "$1"
  sed -i '/^components:/,/^images:/{/^  - /d;/^  # - /d}' "$1/kustomization.yaml"
  local component
  for component in $2; do sed -i "/^images:/i \\  - $component" "$1/kustomization.yaml"; done
}
dry_run() {
  kustomize build "$1" >"$1.yaml" && kubectl apply --dry-run=server -f "$1.yaml"
}
same_rules() {
  kubectl create --dry-run=client -o json -f "$1" | python3 -c '
import json, sys
text, at, found = sys.stdin.read(), 0, []
decoder = json.JSONDecoder()
while text[at:].strip():
    value, at = decoder.raw_decode(text, at + len(text[at:]) - len(text[at:].lstrip()))
    found += [o["webhooks"][0] for o in value.get("items", [value]) if o["kind"].endswith("WebhookConfiguration")]
one, other = found
assert len(one["rules"]) > 5 and one["clientConfig"]["service"]["path"] != other["clientConfig"]["service"]["path"]
for name in ("rules", "namespaceSelector", "failurePolicy", "matchPolicy", "sideEffects"):
    assert one[name] == other[name], name
assert one["clientConfig"]["caBundle"] == other["clientConfig"]["caBundle"]
'
}

# The controller manager's part: without a count the quota lets nothing pass.
allow_quota() {
  kubectl get resourcequota mpk-critical --namespace mpk-system -o json |
    python3 -c 'import json, sys; q = json.load(sys.stdin); q["status"] = {"hard": q["spec"]["hard"], "used": {"pods": "0"}}; print(json.dumps(q))' |
    kubectl replace --raw /api/v1/namespaces/mpk-system/resourcequotas/mpk-critical/status -f - >/dev/null
}
# A Pod of the Deployment's template, in its namespace: held to its Pod Security, too.
own_pod() {
  kubectl get deployment mpk-gate --namespace mpk-system -o json |
    python3 -c 'import json, sys; t = json.load(sys.stdin)["spec"]["template"]; t["metadata"] = {"name": "mpk-gate-0", "labels": t["metadata"]["labels"]}; print(json.dumps({"apiVersion": "v1", "kind": "Pod", **t}))' |
    kubectl create --dry-run=server --namespace mpk-system -f -
}

# As the kubelet does: a new directory, and one rename.
project() { # directory file [name]
  local into=$1/..$RANDOM$RANDOM file
  mkdir -p "$into"
  case $1 in
    tls) cp gate/certificate/tls.crt gate/certificate/tls.key "$into" ;;
    *) cp "$2" "$into/${3:-$(basename "$2")}" ;;
  esac
  ln -sfn "$(basename "$into")" "$1/..new"
  mv -T "$1/..new" "$1/..data"
  for file in "$into"/*; do
    [[ -L $1/$(basename "$file") ]] || ln -s "..data/$(basename "$file")" "$1/$(basename "$file")"
  done
}

arguments() { # address of the server, of its probes
  kubectl get deployment mpk-gate --namespace mpk-system -o 'jsonpath={range .spec.template.spec.containers[0].args[*]}{@}{"\n"}{end}' |
    sed -e "s|=:8443|=$1|" -e "s|=:8080|=$2|" -e "s|=/\([a-z-]*\)/|=$state/\1/|"
}
serve() { # address, of its probes, log, more arguments…: its process in $served
  local given
  mapfile -t given < <(arguments "$1" "$2")
  env -i HOME=/nonexistent DOCKER_CONFIG=/nonexistent PATH="$PATH" "$MPK" "${given[@]}" "${@:4}" >>"$3.audit" 2>>"$3.log" &
  served=$!
}
until_open() { # address port
  for _ in {1..100}; do
    ! (: <"/dev/tcp/$1/$2") 2>/dev/null || return 0
    sleep 0.1
  done
  echo "nobody listens on $1:$2" >&2
  return 1
}
is_ready() { [[ $(curl -s "http://127.0.0.1:${1:-8080}/readyz") == ok ]]; }
wait_ready() {
  for _ in {1..100}; do
    ! is_ready "$1" || return 0
    sleep 0.1
  done
  tail -n 5 ./*.log >&2
  return 1
}
start_gate() { # more arguments…
  [[ -d tls ]] || { project tls && project policy gate/rules/policy.yaml && project trust gate/rules/trusted_root.json; }
  serve "$address:443" 127.0.0.1:8080 gate "$@"
  gate=$served
  wait_ready 8080
}
stop_gate() {
  kill -KILL "$gate"
  wait "$gate" 2>/dev/null || true
}

refused_at() { # place reason command…
  local place=$1 reason=$2
  shift 2
  if "$@" >refusal 2>&1; then echo "it was allowed"; cat refusal; return 1; fi
  cat refusal
  grep -qF -- "$place" refusal && grep -qF -- "[$reason]" refusal && grep -q 'denied the request' refusal
}
debug() { # image
  local answer
  answer=$(curl -sS --cacert "$state/certs/apiserver.crt" -H 'Authorization: Bearer interop' -X PATCH \
    -H 'Content-Type: application/strategic-merge-patch+json' https://127.0.0.1:16443/api/v1/namespaces/default/pods/debugged/ephemeralcontainers \
    -d '{"spec":{"ephemeralContainers":[{"name":"d'$RANDOM'","image":"'"$1"'"}]}}' -w '\n%{http_code}')
  printf '%s\n' "$answer"
  [[ $(tail -n 1 <<<"$answer") == 200 ]]
}
audit_is_json() {
  python3 - gate.audit "${good#*@}" <<'PYTHON'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
assert len(lines) > 80, len(lines)
for line in lines:
    assert line["user"] == "admin" and line["path"] == "/validate" and line["policy"].startswith("sha256:"), line
    assert line["outcome"] in ("allowed", "refused", "undecided"), line
assert any(sys.argv[2] in reference for line in lines for reference in line["references"])
assert any("no-signature" in line.get("message", "") for line in lines)
assert any(line["dryRun"] for line in lines) and any(line["operation"] == "UPDATE" for line in lines)
PYTHON
}

refused_within() { # milliseconds reason reference
  local from=$EPOCHREALTIME took
  if tries any "$3" >refusal 2>&1; then return 1; fi
  took=$(((${EPOCHREALTIME/./} - ${from/./}) / 1000))
  cat refusal
  printf '       (after %s ms)\n' "$took" >&3
  [[ $took -lt $1 ]] && grep -q 'denied the request' refusal && grep -qF -- "$2" refusal
}
exec 3>&1

metric() { curl -s http://127.0.0.1:8080/metrics | awk -v name="$1" '$1 == name { print $2 }'; }
until_metric() { # name: is at least 1
  for _ in {1..50}; do
    [[ $(metric "$1") != [1-9]* ]] || return 0
    sleep 0.1
  done
  curl -s http://127.0.0.1:8080/metrics | grep reloads
  return 1
}
until_passes() { # command…
  for _ in {1..50}; do
    ! "$@" || return 0
    sleep 0.1
  done
  return 1
}

# While a command runs, and two seconds more: objects by the API server, which keeps its connection, and questions
# that each come by one of their own.
under_load() {
  local loops=() number
  rm -f load.*
  touch load.go
  for number in 1 2 3; do
    (
      while [[ -e load.go ]]; do
        if load "$number" >"load.$number" 2>&1; then echo ok; else cat "load.$number" >>load.failed; fi
      done >>"load.ok.$number"
    ) &
    loops+=($!)
  done
  sleep 1
  "$@"
  sleep 2
  rm load.go
  wait "${loops[@]}"
}
load() { # number
  # shellcheck disable=SC2119
  if [[ $1 == 3 ]]; then ask; else tries "load-$1" "$good"; fi
}
all_admitted() { # at least
  local count
  count=$(cat load.ok.* | wc -l)
  printf '       (%s came through)\n' "$count" >&3
  [[ ! -s load.failed ]] || { cat load.failed; return 1; }
  [[ $count -ge $1 ]] || { echo "only $count came through"; return 1; }
}
rotate_twice() {
  local turn
  for turn in 1 2; do
    (cd gate/certificate && make_leaf ca tls serverAuth mpk-gate.mpk-system.svc)
    project tls
    sleep 2
    until_metric 'mpk_reloads_total{what="certificate",outcome="taken"}' >/dev/null || echo "turn $turn" >>load.failed
  done
}
serves_the_new_one() {
  local served
  served=$(openssl s_client -connect "$address:443" -servername mpk-gate.mpk-system.svc </dev/null 2>/dev/null | openssl x509 -noout -serial)
  [[ $served == "$(openssl x509 -noout -serial -in gate/certificate/tls.crt)" ]] || { echo "$served"; return 1; }
}

# Two replicas behind the Service's address: new connections go to the port that the file `target` names.
start_pair() {
  serve 127.0.0.1:10443 127.0.0.1:8080 first
  first=$served
  serve 127.0.0.1:20443 127.0.0.1:8081 second
  second=$served
  wait_ready 8080 && wait_ready 8081
  echo 10443 >target
  python3 "$here/gate_proxy.py" "$address" 443 target &
  proxy=$!
  until_open "$address" 443
}
first_goes() {
  # Its registry never answers: the first replica is busy with it when it is told to go.
  (tries any "$hanging" >answer 2>&1 || true) &
  local asking=$!
  sleep 1
  kill -TERM "$first"
  while is_ready 8080; do sleep 0.1; done
  echo 20443 >target
  wait "$asking"
  wait "$first" || echo "the first replica ended with $?" >>load.failed
}
answered_by_mpk() { grep 'denied the request' answer || { cat answer first.log; return 1; }; }
stop_pair() {
  kill -KILL "$second" "$proxy"
  wait "$second" "$proxy" 2>/dev/null || true
}

ask() { # options of curl…
  curl -sS --fail-with-body --cacert gate/certificate/ca.crt --connect-to "mpk-gate.mpk-system.svc:443:$address:443" "$@" \
    "https://mpk-gate.mpk-system.svc/verify?reference=$good"
}
warned() {
  "$@" >out 2>warning
  grep -q '^Warning: mpk: .*no-signature' warning || { cat warning; return 1; }
}
volume_is() { # pod reference
  local found
  found=$(kubectl get pod "$1" -o 'jsonpath={.spec.volumes[0].image.reference}')
  [[ $found == "$2" ]] || { printf 'found    %s\nexpected %s\n' "$found" "$2"; return 1; }
}

# The guide's own objects: the first passes, the second does not.
guide_objects() {
  awk '/^```yaml$/ { inside = 1; file = "guide-" ++count ".yaml"; next } /^```/ { inside = 0 } inside { print > file }' "$docs/deploy.md"
  sed -i "s|ghcr.io/acme/llm@sha256:[0-9a-f]*|$good|" guide-1.yaml
  sed -i "s|ghcr.io/acme/unsigned@sha256:[0-9a-f]*|$bare|" guide-2.yaml
  kubectl create -f guide-1.yaml && refused_at "$bare (/spec/volumes/0/image/reference)" no-signature kubectl create -f guide-2.yaml
}
