# A real kube-apiserver on Debian's etcd, in namespaces of the run's own. Sourced, after steps.sh.
# shellcheck shell=bash
# Needs: MPK, state (a directory for its files) and the peers. Gives: KUBECONFIG.
peers=${PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/mpk/peers}

# The daemons and their ports live in namespaces of this run's own: they end with it, however it ends.
kubernetes_inside() { # name script program…: runs `script inside` in a sandbox there
  local name=$1 script=$2 program
  shift 2
  export PATH=$PATH:/usr/sbin:/sbin
  for program in etcd kubectl "$peers/bin/kube-apiserver" "$@"; do
    command -v "$program" >/dev/null || { echo "$name: $program is missing (scripts/peers)" >&2; exit 1; }
  done
  local flags=(--net --pid --fork --kill-child --mount-proc)
  [[ $EUID -eq 0 ]] || flags+=(--map-root-user)
  # shellcheck disable=SC2016 # expanded by the inner shell
  exec unshare "${flags[@]}" -- bash -c 'ip link set lo up && exec "$@"' "$name" \
    "$MPK" sandbox run --quiet -- bash "$script" inside
}

kubernetes_ready() { [[ $(kubectl get --raw /readyz 2>/dev/null) == ok ]] && kubectl get namespace default >/dev/null 2>&1; }

start_kubernetes() { # name, more flags of the API server…
  local name=$1
  shift
  mkdir -p "${state:?}/certs" "$state/home"
  export HOME=$state/home KUBECONFIG=$state/kubeconfig
  unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY
  openssl genrsa -out "$state/sa.key" 2048 2>/dev/null
  openssl rsa -in "$state/sa.key" -pubout -out "$state/sa.pub" 2>/dev/null
  echo 'interop,admin,admin,system:masters' >"$state/tokens.csv"
  etcd --data-dir "$state/etcd" --unsafe-no-fsync --listen-client-urls http://127.0.0.1:12379 \
    --advertise-client-urls http://127.0.0.1:12379 --listen-peer-urls http://127.0.0.1:12380 >"$state/etcd.log" 2>&1 &
  "$peers/bin/kube-apiserver" --etcd-servers=http://127.0.0.1:12379 --service-account-issuer=https://kubernetes.default.svc \
    --service-account-key-file="$state/sa.pub" --service-account-signing-key-file="$state/sa.key" \
    --token-auth-file="$state/tokens.csv" --authorization-mode=RBAC --cert-dir="$state/certs" --secure-port=16443 \
    --bind-address=127.0.0.1 --advertise-address=127.0.0.1 --service-cluster-ip-range=10.0.0.0/24 \
    --disable-admission-plugins=ServiceAccount "$@" >"$state/apiserver.log" 2>&1 &
  cat >"$KUBECONFIG" <<CONFIG
apiVersion: v1
kind: Config
current-context: interop
clusters: [{name: interop, cluster: {server: "https://127.0.0.1:16443", certificate-authority: $state/certs/apiserver.crt}}]
users: [{name: admin, user: {token: interop}}]
contexts: [{name: interop, context: {cluster: interop, user: admin, namespace: default}}]
CONFIG
  for _ in {1..120}; do
    ! kubernetes_ready || return 0
    sleep 0.5
  done
  tail -n 5 "$state/etcd.log" "$state/apiserver.log" >&2
  echo "$name: the API server does not become ready" >&2
  exit 1
}
