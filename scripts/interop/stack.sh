#!/usr/bin/env bash
# Runs a real keyless signing stack (OIDC, Fulcio, CT log, Rekor v2, TSA, registry) on loopback; also a library.
set -euo pipefail

stack_script=${BASH_SOURCE[0]}
stack_here=$(cd "$(dirname "$stack_script")" && pwd)
stack_peers="${XDG_CACHE_HOME:-$HOME/.cache}/mpk/peers"
stack_identity=ci@example.com
stack_pids=()
# Whose log explains a failure of the start-up under way; empty once the stack is up.
stack_step=''

# Ports can be fixed because every stack has a network namespace of its own; it must have one:
# timestamp-server always listens on :2112 and Fulcio on one abstract socket name.
stack_registry=127.0.0.1:5000
stack_oidc_port=5600
stack_fulcio_port=5601
stack_fulcio_grpc_port=5602
stack_fulcio_metrics_port=5603
stack_rekor_port=5604
stack_rekor_grpc_port=5605
stack_rekor_metrics_port=5606
stack_tsa_port=5607
stack_ct_port=5608
# Verifiers compare the log's origin with the host name of its URL, without the port.
stack_rekor_origin=127.0.0.1

stack_oidc_url=http://127.0.0.1:$stack_oidc_port
stack_fulcio_url=http://127.0.0.1:$stack_fulcio_port
stack_rekor_url=http://127.0.0.1:$stack_rekor_port
stack_tsa_url=http://127.0.0.1:$stack_tsa_port/api/v1/timestamp

stack_usage() {
  cat <<TEXT
usage: scripts/interop/stack.sh run DIR -- COMMAND [ARGUMENT...]

Starts the stack in a network namespace that has only loopback, with its state in DIR
(created; a directory of an earlier run is emptied first), runs COMMAND in there, stops
everything and exits with COMMAND's exit code. Logs are in DIR/logs.

COMMAND sees MPK_STACK_DIR, MPK_STACK_REGISTRY (host:port, http, no referrers API),
MPK_STACK_OIDC, MPK_STACK_FULCIO, MPK_STACK_REKOR, MPK_STACK_TSA, MPK_STACK_CT (URLs),
MPK_STACK_IDENTITY, MPK_STACK_TOKEN, MPK_STACK_TRUSTED_ROOT, MPK_STACK_SIGNING_CONFIG,
MPK_STACK_TRUST_CONFIG (files; the last one for the Python tools), and the peers on PATH.
DIR/env has the same as export lines. A fresh token for anybody:
  curl "\$MPK_STACK_OIDC/token?email=a@example.com&sub=S&aud=sigstore&ttl=SECONDS"

MPK_CT_GARBAGE=1        the CT log signs other bytes than it was shown
MPK_CT_URL              use this CT log instead; with MPK_CT_PUBLIC_KEY (PEM file), and
MPK_CT_COMMAND          a command that serves it, started inside the namespace
TEXT
}

stack_note() { printf 'stack: %s\n' "$*" >&2; }

stack_die() {
  stack_note "$*"
  exit 1
}

stack_check_peers() {
  local program missing=()
  for program in cosign fulcio rekor-tiles timestamp-server; do
    [[ -x $stack_peers/bin/$program ]] || missing+=("$program")
  done
  for program in docker-registry unshare setpriv ip curl openssl python3; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  [[ ${#missing[@]} -eq 0 ]] || stack_die "missing: ${missing[*]} (scripts/peers installs the peers)"
}

# Becomes a command in a network namespace of its own that has nothing but loopback. The process
# stays the same one, so that a signal to it reaches the command.
stack_namespace() {
  local flags=(--net)
  [[ $EUID -eq 0 ]] || flags+=(--map-root-user)
  # shellcheck disable=SC2016 # expanded by the inner shell
  exec unshare "${flags[@]}" -- bash -c 'ip link set lo up && exec "$@"' stack "$@"
}

# Only a directory that an earlier run made is emptied: DIR is the caller's to choose, and to mistype.
stack_prepare_directory() { # dir
  mkdir -p "$1"
  if [[ -e $1/.mpk-stack ]]; then
    find "$1" -mindepth 1 -delete
  elif [[ -n $(ls -A "$1") ]]; then
    stack_die "$1 is neither empty nor of an earlier run"
  fi
  chmod 700 "$1"
  touch "$1/.mpk-stack"
  mkdir "$1/keys" "$1/logs" "$1/rekor" "$1/registry" "$1/docker"
}

# cosign, sigstore-python and model_signing all want a CA with a common name, which Fulcio's own
# throw-away CA has not. An intermediate below the root is what the public instance has.
stack_make_ca() { # keys
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
    -keyout "$1/root.key" -out "$1/root.pem" -subj "/O=mpk interop/CN=mpk interop root" \
    -addext basicConstraints=critical,CA:TRUE,pathlen:1 -addext keyUsage=critical,keyCertSign,cRLSign
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
    -aes-256-cbc -pass pass:interop -out "$1/intermediate.key"
  openssl req -new -key "$1/intermediate.key" -passin pass:interop -out "$1/intermediate.csr" \
    -subj "/O=mpk interop/CN=mpk interop intermediate"
  cat >"$1/intermediate.ext" <<TEXT
basicConstraints=critical,CA:TRUE,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
extendedKeyUsage=codeSigning
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
TEXT
  openssl x509 -req -in "$1/intermediate.csr" -CA "$1/root.pem" -CAkey "$1/root.key" -CAcreateserial \
    -days 30 -extfile "$1/intermediate.ext" -out "$1/intermediate.pem"
  cat "$1/intermediate.pem" "$1/root.pem" >"$1/ca-chain.pem"
}

stack_make_keys() { # keys
  stack_make_ca "$1"
  openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1/oidc.key"
  openssl genpkey -algorithm ed25519 -out "$1/rekor.key"
  openssl pkey -in "$1/rekor.key" -pubout -out "$1/rekor.pub"
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1/ct.key"
  openssl pkey -in "$1/ct.key" -pubout -out "$1/ct.pub"
}

# The death signal ends a service even when this shell is killed without a chance to clean up.
stack_spawn() { # service command...
  local name=$1
  shift
  setpriv --pdeathsig KILL -- "$@" </dev/null >"$MPK_STACK_DIR/logs/$name.log" 2>&1 &
  stack_pids+=($!)
  printf '%s\n' $! >"$MPK_STACK_DIR/logs/$name.pid"
}

stack_wait() { # service url
  local pid deadline=$((SECONDS + 30))
  stack_step=$1
  pid=$(<"$MPK_STACK_DIR/logs/$1.pid")
  until curl --silent --fail --output /dev/null --max-time 2 "$2"; do
    kill -0 "$pid" 2>/dev/null && ((SECONDS < deadline)) || return 1
    sleep 0.03
  done
}

stack_start_ct() {
  local flags=()
  if [[ -n ${MPK_CT_URL:-} ]]; then
    stack_spawn ct bash -c "exec ${MPK_CT_COMMAND:-echo no MPK_CT_COMMAND was given}"
    return
  fi
  [[ -z ${MPK_CT_GARBAGE:-} ]] || flags+=(--garbage)
  stack_spawn ct python3 "$stack_here/ctlog.py" --port "$stack_ct_port" --key "$MPK_STACK_DIR/keys/ct.key" "${flags[@]}"
}

# A foreign CT log need not have a health page: that the port answers and the key is written must do.
stack_wait_ct() {
  local deadline=$((SECONDS + 30)) address
  stack_step=ct
  if [[ -z ${MPK_CT_URL:-} ]]; then
    stack_wait ct "$MPK_STACK_CT/healthz"
    return
  fi
  address=${MPK_CT_URL#*://}
  address=${address%%/*}
  until [[ -s ${MPK_CT_PUBLIC_KEY:?needed with MPK_CT_URL} ]] &&
    (: <>"/dev/tcp/${address%:*}/${address##*:}") 2>/dev/null; do
    ((SECONDS < deadline)) || stack_die "no CT log at $MPK_CT_URL with its key in $MPK_CT_PUBLIC_KEY"
    sleep 0.05
  done
}

stack_start_fulcio() {
  local keys=$MPK_STACK_DIR/keys flags=()
  # Fulcio checks SCTs when it knows the log's key and would refuse a garbage one itself.
  [[ -n ${MPK_CT_GARBAGE:-} ]] || flags+=("--ct-log-public-key-path=$stack_ct_key")
  cat >"$MPK_STACK_DIR/fulcio.yaml" <<TEXT
oidc-issuers:
  $stack_oidc_url:
    issuer-url: $stack_oidc_url
    client-id: sigstore
    type: email
TEXT
  stack_spawn fulcio "$stack_peers/bin/fulcio" serve --config-path "$MPK_STACK_DIR/fulcio.yaml" \
    --host 127.0.0.1 --port "$stack_fulcio_port" --grpc-host 127.0.0.1 --grpc-port "$stack_fulcio_grpc_port" \
    --metrics-port "$stack_fulcio_metrics_port" --ca fileca --fileca-cert "$keys/ca-chain.pem" \
    --fileca-key "$keys/intermediate.key" --fileca-key-passwd interop --fileca-watch=false \
    --ct-log-url="$MPK_STACK_CT" "${flags[@]}"
}

stack_start_rekor() {
  stack_spawn rekor "$stack_peers/bin/rekor-tiles" serve --hostname "$stack_rekor_origin" \
    --http-address 127.0.0.1 --http-port "$stack_rekor_port" \
    --grpc-address 127.0.0.1 --grpc-port "$stack_rekor_grpc_port" --http-metrics-port "$stack_rekor_metrics_port" \
    --signer-filepath "$MPK_STACK_DIR/keys/rekor.key" --storage-dir "$MPK_STACK_DIR/rekor" \
    --checkpoint-interval 500ms
}

stack_start_registry() {
  cat >"$MPK_STACK_DIR/registry.yaml" <<TEXT
version: 0.1
storage: {filesystem: {rootdirectory: "$MPK_STACK_DIR/registry"}, delete: {enabled: true}}
http: {addr: "$stack_registry"}
TEXT
  # Unlike cosign, crane and mpk, regctl speaks TLS to a loopback registry unless told otherwise.
  printf '{"hosts":{"%s":{"tls":"disabled"}}}\n' "$stack_registry" >"$REGCTL_CONFIG"
  stack_spawn registry docker-registry serve "$MPK_STACK_DIR/registry.yaml"
}

stack_start_services() {
  stack_spawn oidc python3 "$stack_here/oidc.py" --port "$stack_oidc_port" --key "$MPK_STACK_DIR/keys/oidc.key"
  stack_start_ct
  stack_start_rekor
  stack_spawn tsa "$stack_peers/bin/timestamp-server" serve --host 127.0.0.1 --port "$stack_tsa_port" \
    --timestamp-signer memory --disable-ntp-monitoring
  stack_start_registry
  # Fulcio asks its issuers at start and gives up if one does not answer.
  stack_wait oidc "$stack_oidc_url/keys"
  stack_wait_ct
  stack_start_fulcio
  stack_wait rekor "$stack_rekor_url/healthz"
  stack_wait tsa "http://127.0.0.1:$stack_tsa_port/ping"
  stack_wait registry "http://$stack_registry/v2/"
  stack_wait fulcio "$stack_fulcio_url/healthz"
}

stack_write_trust() {
  local dir=$MPK_STACK_DIR cosign=$stack_peers/bin/cosign start service
  start=$(date -u -d '1 hour ago' +%Y-%m-%dT%H:%M:%SZ)
  service=start-time=$start,operator=interop
  curl --silent --fail "$stack_tsa_url/certchain" >"$dir/keys/tsa-chain.pem"
  "$cosign" trusted-root create --out "$MPK_STACK_TRUSTED_ROOT" \
    --fulcio "url=$stack_fulcio_url,certificate-chain=$dir/keys/ca-chain.pem,start-time=$start" \
    --ctfe "url=$MPK_STACK_CT,public-key=$stack_ct_key,start-time=$start" \
    --rekor "url=$stack_rekor_url,public-key=$dir/keys/rekor.pub,start-time=$start,origin=$stack_rekor_origin" \
    --tsa "url=$stack_tsa_url,certificate-chain=$dir/keys/tsa-chain.pem"
  "$cosign" signing-config create --out "$MPK_STACK_SIGNING_CONFIG" \
    --fulcio "url=$stack_fulcio_url,api-version=1,$service" \
    --rekor "url=$stack_rekor_url,api-version=2,$service" --rekor-config ANY \
    --oidc-provider "url=$stack_oidc_url,api-version=1,$service" \
    --tsa "url=$stack_tsa_url,api-version=1,$service" --tsa-config ANY
  printf '{"mediaType":"application/vnd.dev.sigstore.clienttrustconfig.v0.1+json","trustedRoot":%s,"signingConfig":%s}\n' \
    "$(<"$MPK_STACK_TRUSTED_ROOT")" "$(<"$MPK_STACK_SIGNING_CONFIG")" >"$MPK_STACK_TRUST_CONFIG"
  # cosign takes a final newline in the file for a part of the token.
  curl --silent --fail "$stack_oidc_url/token?email=$stack_identity" >"$MPK_STACK_TOKEN"
}

stack_export() { # dir
  export MPK_STACK_DIR=$1 MPK_STACK_REGISTRY=$stack_registry MPK_STACK_IDENTITY=$stack_identity
  export MPK_STACK_OIDC=$stack_oidc_url MPK_STACK_FULCIO=$stack_fulcio_url MPK_STACK_REKOR=$stack_rekor_url
  export MPK_STACK_TSA=$stack_tsa_url MPK_STACK_CT=${MPK_CT_URL:-http://127.0.0.1:$stack_ct_port}
  export MPK_STACK_TRUSTED_ROOT=$1/trusted-root.json MPK_STACK_SIGNING_CONFIG=$1/signing-config.json
  export MPK_STACK_TRUST_CONFIG=$1/trust-config.json MPK_STACK_TOKEN=$1/token
  # The user's own registry logins and proxies have no place here and could only disturb.
  export DOCKER_CONFIG=$1/docker REGCTL_CONFIG=$1/regctl.json
  unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
  export PATH=$stack_peers/bin:$PATH:$stack_peers/venv/bin
  stack_ct_key=${MPK_CT_PUBLIC_KEY:-$1/keys/ct.pub}
}

stack_write_env() {
  local name
  for name in ${!MPK_STACK_@} DOCKER_CONFIG REGCTL_CONFIG PATH; do
    printf 'export %s=%q\n' "$name" "${!name}"
  done >"$MPK_STACK_DIR/env"
}

# Starts everything in the present network namespace. Call it plainly, not in a condition (errexit
# reports the failures), after `trap stack_stop EXIT`.
stack_start() { # dir
  local dir
  stack_prepare_directory "$1"
  dir=$(cd "$1" && pwd)
  stack_export "$dir"
  stack_step=keys
  stack_make_keys "$dir/keys" 2>"$dir/logs/keys.log"
  stack_start_services
  stack_step=trust
  stack_write_trust 2>"$dir/logs/trust.log"
  stack_write_env
  stack_step=''
}

# Nothing of the state is kept, so nobody is asked to shut down gracefully.
stack_stop() {
  if [[ -n $stack_step ]]; then
    stack_note "$stack_step did not come up; its log ends with:"
    tail -n 20 "$MPK_STACK_DIR/logs/$stack_step.log" >&2 || true
  fi
  [[ ${#stack_pids[@]} -gt 0 ]] || return 0
  kill -KILL "${stack_pids[@]}" 2>/dev/null || true
  wait "${stack_pids[@]}" 2>/dev/null || true
  stack_pids=()
}

stack_run_inside() { # dir command...
  local began=${EPOCHREALTIME/./} dir=$1
  shift
  trap stack_stop EXIT
  stack_start "$dir"
  stack_note "up after $(((${EPOCHREALTIME/./} - began) / 1000)) ms"
  setpriv --pdeathsig TERM -- "$@"
}

stack_main() {
  local action=${1:-}
  case $action in
    run | inside)
      [[ $# -ge 4 && $3 == -- ]] || {
        stack_usage >&2
        exit 2
      }
      ;;
    -h | --help)
      stack_usage
      exit 0
      ;;
    *)
      stack_usage >&2
      exit 2
      ;;
  esac
  # ip and docker-registry's neighbours live in /usr/sbin, which not every user has on PATH.
  PATH=$PATH:/usr/sbin:/sbin
  if [[ $action == run ]]; then
    stack_check_peers
    stack_namespace bash "$stack_script" inside "${@:2}"
  else
    stack_run_inside "$2" "${@:4}"
  fi
}

if [[ $0 == "${BASH_SOURCE[0]}" ]]; then
  stack_main "$@"
fi
