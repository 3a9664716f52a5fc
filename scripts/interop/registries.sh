#!/usr/bin/env bash
# mpk with the real CNCF Distribution 3: scripts/interop/registries.sh MPK DIR. Signatures that come at
# the same time, and TLS with certificates from certs.d.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/interop/steps.sh
. "$here/steps.sh"
address=192.0.2.1 # RFC 5737: not loopback, where mpk would speak plain HTTP

# A network of its own, with one address that is not loopback; then once more inside a sandbox, for
# its signing services.
if [[ -z ${REGISTRIES_INSIDE:-} ]]; then
  mpk=$(realpath "$1")
  mkdir -p "$2/steps"
  flags=(--net)
  [[ $EUID -eq 0 ]] || flags+=(--map-root-user)
  export REGISTRIES_INSIDE=yes MPK=$mpk STEPS_DIR=$2/steps WORK=$2 MODEL=${MODEL:-$here/../../testdata/models/tiny-llama}
  export PEERS=${PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/mpk/peers}
  export DOCKER_CONFIG=$2/steps HOME=$2/home
  # shellcheck disable=SC2016 # expanded by the inner shell
  exec unshare "${flags[@]}" -- bash -c 'ip link set lo up && ip address add "$1/32" dev lo && shift && exec "$@"' \
    registries "$address" "$mpk" sandbox run --quiet -- bash "${BASH_SOURCE[0]}"
fi

pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true' EXIT

start_registry() { # name port extra-lines
  cat >"$WORK/$1.yaml" <<TEXT
version: 0.1
log: {level: error}
storage: {inmemory: {}, delete: {enabled: true}}
http:
  addr: $address:$2
  secret: interop
$3
TEXT
  "$PEERS/bin/registry" serve "$WORK/$1.yaml" </dev/null >"$WORK/$1.log" 2>&1 &
  pids+=($!)
  for _ in {1..100}; do
    (: <"/dev/tcp/$address/$2") 2>/dev/null && return
    sleep 0.1
  done
  cat "$WORK/$1.log" >&2
  return 1
}

make_certificates() { # directory
  mkdir -p "$1"
  local name purpose
  for name in ca other-ca; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
      -keyout "$1/$name.key" -out "$1/$name.pem" -subj "/CN=$name"
  done
  for name in server client; do
    purpose=extendedKeyUsage=${name}Auth
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1/$name.key" -out "$1/$name.csr" -subj "/CN=$name"
    openssl x509 -req -in "$1/$name.csr" -CA "$1/ca.pem" -CAkey "$1/ca.key" -CAcreateserial -days 2 -out "$1/$name.pem" \
      -extfile <(printf 'subjectAltName=IP:%s\n%s\n' "$address" "$purpose")
  done
}

plain=$address:5000
start_registry plain 5000 ""
signing=(--signing-config "$MPK_SANDBOX_DIR/signing-config.json" --trusted-root "$MPK_SANDBOX_DIR/trusted-root.json")

# Distribution has no referrers API: eight writers share one tag.
writers=8 rounds=${ROUNDS:-20}
eight_at_once() { # round
  local model=$WORK/model round=$1 subject listed i failed=0 jobs=()
  rm -rf "$model"
  cp -r "$MODEL" "$model"
  printf '%s\n' "$round" >"$model/round.txt"
  "$MPK" push "$model" "$plain/models/race:$round" --plain-http --quiet
  for ((i = 0; i < writers; ++i)); do
    "$MPK" sign "$plain/models/race:$round" --plain-http --quiet "${signing[@]}" &
    jobs+=($!)
  done
  for i in "${jobs[@]}"; do wait "$i" || failed=1; done
  subject=$("$MPK" inspect "$plain/models/race:$round" --plain-http --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)["digest"])')
  listed=$(curl --silent --fail -H 'Accept: application/vnd.oci.image.index.v1+json' "http://$plain/v2/models/race/manifests/${subject/:/-}" |
    python3 -c 'import json,sys; print(len({m["digest"] for m in json.load(sys.stdin)["manifests"]}))')
  echo "round $round: $listed of $writers are listed"
  [[ $failed -eq 0 && $listed -eq $writers ]]
}
all_rounds() {
  local round
  for ((round = 1; round <= rounds; ++round)); do eight_at_once "$round" || return 1; done
}
accepts "$writers writers at once, $rounds times: every signature is listed" all_rounds

# It lists its repositories, which most public registries do not.
"$MPK" push "$MODEL" "$plain/models/bare:1" --plain-http --quiet >/dev/null
"$MPK" push "$MODEL" "$plain/tools/other:1" --plain-http --quiet >/dev/null
cat >"$WORK/policy.yaml" <<POLICY
apiVersion: mpk/v1
match: ["$plain/models/*"]
signers: [{identity: $MPK_SANDBOX_IDENTITY, issuer: "$MPK_SANDBOX_ISSUER"}]
POLICY
scanned() { # where, expected last line
  local status=0
  "$MPK" admit scan --policy "$WORK/policy.yaml" --trusted-root "$MPK_SANDBOX_DIR/trusted-root.json" --plain-http \
    --registry "$1" >"$WORK/scanned" || status=$?
  cat "$WORK/scanned"
  [[ $status -eq 1 && $(tail -n 1 "$WORK/scanned") == "$2" ]] && grep -q "^refused  *Tag $plain/models/bare:1: .*no-signature" "$WORK/scanned"
}
accepts "admit scan: what all its repositories have under tags" scanned "$plain" \
  "$((rounds + 2)) objects, $rounds allowed, 1 refused, 1 without anything that the policy is about"
accepts "and what those have that fit a pattern" scanned "$plain/models/*" "$((rounds + 1)) objects, $rounds allowed, 1 refused"

keys=$WORK/keys
make_certificates "$keys" >"$WORK/openssl.log" 2>&1
tls=$address:5443
start_registry tls 5443 "  tls: {certificate: $keys/server.pem, key: $keys/server.key, clientcas: [$keys/ca.pem]}"
start_registry open 5444 "  tls: {certificate: $keys/server.pem, key: $keys/server.key}"
certs=$HOME/.config/containers/certs.d
mkdir -p "$certs/$tls" "$certs/$address:5444"
refuses "an authority that nobody knows is refused" 3 "certificate refused" "$MPK" push "$MODEL" "$tls/a:1"
cp "$keys/other-ca.pem" "$certs/$tls/ca.crt"
refuses "so is one that is not the server's" 3 "certificate refused" "$MPK" push "$MODEL" "$tls/a:1"
cp "$keys/ca.pem" "$certs/$tls/ca.crt"
# In TLS 1.3 the server refuses after its part of the handshake, and closes before it has read everything: its
# reset can come before its alert is read (RFC 1122 4.2.2.13), and then nobody can know the reason.
without_certificate() {
  local try status
  for try in {1..60}; do
    status=0
    "$MPK" push "$MODEL" "$tls/a:1" >"$WORK/refused" 2>&1 || status=$?
    if [[ $status -ne 3 ]] || grep -q "certificate required" "$WORK/refused"; then break; fi
    sleep 0.1
  done
  printf 'try %s\n' "$try"
  cat "$WORK/refused"
  return "$status"
}
refuses "without a client certificate the server refuses" 3 "certificate required" without_certificate
cp "$keys/client.pem" "$certs/$tls/client.cert"
refuses "a certificate without its key is named" 1 "no *.key" "$MPK" push "$MODEL" "$tls/a:1"
cp "$keys/server.key" "$certs/$tls/client.key"
refuses "so is one with another's key" 3 "client certificate" "$MPK" push "$MODEL" "$tls/a:1"
cp "$keys/client.key" "$certs/$tls/client.key"
accepts "with its authority and certificate mpk pushes" "$MPK" push "$MODEL" "$tls/a:1"
accepts "and pulls" "$MPK" pull "$tls/a:1" -o "$WORK/out"
refuses "they are not used at another port" 3 "certificate refused" "$MPK" push "$MODEL" "$address:5444/a:1"
cp "$keys/ca.pem" "$certs/$address:5444/ca.crt"
accepts "where an authority alone is enough" "$MPK" copy "$tls/a:1" "$address:5444/a:1"
close_steps "CNCF Distribution 3"
