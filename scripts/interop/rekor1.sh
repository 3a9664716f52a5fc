#!/usr/bin/env bash
# Runs a real Rekor v1 (MariaDB, Trillian's log server and signer, rekor-server) on loopback; also a library.
set -euo pipefail

rekor1_peers="${XDG_CACHE_HOME:-$HOME/.cache}/mpk/peers"
rekor1_pids=()
# Whose log explains a failure of the start-up under way; empty once the log answers.
rekor1_step=''

# Ports can be fixed where the network namespace is its owner's, as stack.sh makes it.
rekor1_trillian_port=5620
rekor1_signer_port=5621
rekor1_port=5622
# Verifiers compare the log's origin with the host name of its URL, without the port.
rekor1_origin=127.0.0.1
rekor1_max_body=$((256 * 1024))

rekor1_usage() {
  cat <<TEXT
usage: scripts/interop/rekor1.sh DIR [-- COMMAND [ARGUMENT...]]

Starts a Rekor v1 in the present network namespace with its state in DIR (created; it must be
empty or missing), prints its URL and its public key's file, and stops all of it when COMMAND
has ended, without one at a signal. Logs are in DIR/logs.

COMMAND, or who sources this file and calls rekor1_start, sees MPK_REKOR1_URL and
MPK_REKOR1_KEY (PEM file). Requests of more than $rekor1_max_body bytes are refused.
TEXT
}

rekor1_die() {
  printf 'rekor1: %s\n' "$*" >&2
  exit 1
}

rekor1_check() {
  local program missing=()
  for program in trillian_log_server trillian_log_signer rekor-server; do
    [[ -x $rekor1_peers/bin/$program ]] || missing+=("$program")
  done
  [[ -s $rekor1_peers/share/trillian-storage.sql ]] || missing+=(trillian-storage.sql)
  for program in mariadbd mariadb setpriv curl openssl; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  [[ ${#missing[@]} -eq 0 ]] || rekor1_die "missing: ${missing[*]} (scripts/peers installs the peers)"
}

# The death signal ends a service even when this shell is killed without a chance to clean up.
rekor1_spawn() { # service command...
  local name=$1
  shift
  # rekor-server reads a rekor-server.yaml of the home directory and of the present one.
  HOME=$rekor1_dir setpriv --pdeathsig KILL -- "$@" </dev/null >"$rekor1_dir/logs/$name.log" 2>&1 &
  rekor1_pids+=($!)
  printf '%s\n' $! >"$rekor1_dir/logs/$name.pid"
}

rekor1_wait() { # service command...
  local pid deadline=$((SECONDS + 60))
  rekor1_step=$1
  pid=$(<"$rekor1_dir/logs/$1.pid")
  shift
  until "$@" >/dev/null 2>&1; do
    kill -0 "$pid" 2>/dev/null && ((SECONDS < deadline)) || return 1
    sleep 0.05
  done
}

rekor1_sql() { mariadb --no-defaults --socket="$rekor1_socket" --user=root "$@"; }

# Without grant tables there is no mysql database to install, and nobody else reaches the socket:
# the directory is the user's alone. A lost power supply loses nothing that is worth a flush.
rekor1_start_database() {
  local flags=()
  [[ $EUID -ne 0 ]] || flags+=(--user=root)
  rekor1_socket=$rekor1_dir/db.sock
  # The socket's path has at most 107 bytes (unix(7)).
  [[ ${#rekor1_socket} -le 107 ]] || rekor1_die "$rekor1_dir is too long a path for a socket"
  rekor1_spawn mariadb mariadbd --no-defaults "${flags[@]}" --datadir="$rekor1_dir/db" --tmpdir="$rekor1_dir/tmp" \
    --socket="$rekor1_socket" --pid-file="$rekor1_dir/db.pid" --skip-networking --skip-grant-tables \
    --innodb-buffer-pool-size=32M --innodb-log-file-size=8M --innodb-flush-log-at-trx-commit=0 \
    --innodb-doublewrite=0 --innodb-stats-persistent=0 --skip-log-bin
  rekor1_wait mariadb rekor1_sql --execute 'SELECT 1'
  rekor1_sql --execute 'CREATE DATABASE trillian'
  rekor1_sql trillian <"$rekor1_peers/share/trillian-storage.sql"
}

rekor1_start_trillian() {
  local flags=(--mysql_uri="root@unix($rekor1_socket)/trillian" --storage_system=mysql --quota_system=noop
    --http_endpoint= --logtostderr)
  rekor1_spawn trillian "$rekor1_peers/bin/trillian_log_server" "${flags[@]}" --rpc_endpoint=127.0.0.1:$rekor1_trillian_port
  # It is the only signer, so it need not ask etcd whether it is the master.
  rekor1_spawn signer "$rekor1_peers/bin/trillian_log_signer" "${flags[@]}" --rpc_endpoint=127.0.0.1:$rekor1_signer_port \
    --force_master --sequencer_interval=50ms --batch_size=100
  rekor1_wait trillian bash -c ": <>/dev/tcp/127.0.0.1/$rekor1_trillian_port"
  rekor1_wait signer bash -c ": <>/dev/tcp/127.0.0.1/$rekor1_signer_port"
}

# Without the search index no Redis is needed. rekor-server makes its tree itself.
rekor1_start_server() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$rekor1_dir/rekor.key" 2>/dev/null
  rekor1_spawn rekor-server "$rekor1_peers/bin/rekor-server" serve --rekor_server.hostname="$rekor1_origin" \
    --rekor_server.address=127.0.0.1 --port="$rekor1_port" --rekor_server.signer="$rekor1_dir/rekor.key" \
    --trillian_log_server.address=127.0.0.1 --trillian_log_server.port="$rekor1_trillian_port" \
    --enable_retrieve_api=false --max_request_body_size="$rekor1_max_body" \
    --enabled_api_endpoints=getLogInfo,getPublicKey,getLogProof,createLogEntry,getLogEntryByIndex,getLogEntryByUUID
  rekor1_wait rekor-server curl --silent --fail --max-time 5 --output "$MPK_REKOR1_KEY" "$MPK_REKOR1_URL/api/v1/log/publicKey"
}

# Call it plainly, not in a condition (errexit reports the failures), after `trap rekor1_stop EXIT`.
rekor1_start() { # dir
  PATH=$PATH:/usr/sbin:/sbin
  rekor1_check
  mkdir -p "$1"
  [[ -z $(ls -A "$1") ]] || rekor1_die "$1 is not empty"
  rekor1_dir=$(cd "$1" && pwd)
  chmod 700 "$rekor1_dir"
  mkdir "$rekor1_dir"/{logs,db,tmp}
  export MPK_REKOR1_URL=http://127.0.0.1:$rekor1_port MPK_REKOR1_KEY=$rekor1_dir/rekor.pub
  rekor1_start_database
  rekor1_start_trillian
  rekor1_start_server
  rekor1_step=''
}

# Nothing of the state is kept, so nobody is asked to shut down gracefully.
rekor1_stop() {
  if [[ -n $rekor1_step ]]; then
    printf 'rekor1: %s did not come up; its log ends with:\n' "$rekor1_step" >&2
    tail -n 20 "$rekor1_dir/logs/$rekor1_step.log" >&2 || true
  fi
  [[ ${#rekor1_pids[@]} -gt 0 ]] || return 0
  kill -KILL "${rekor1_pids[@]}" 2>/dev/null || true
  wait "${rekor1_pids[@]}" 2>/dev/null || true
  rekor1_pids=()
}

rekor1_main() {
  local began=${EPOCHREALTIME/./}
  if [[ ${1:-} == -h || ${1:-} == --help ]]; then
    rekor1_usage
    exit 0
  fi
  if [[ $# -ne 1 && ($# -lt 3 || $2 != --) ]]; then
    rekor1_usage >&2
    exit 2
  fi
  trap rekor1_stop EXIT
  trap 'exit 143' TERM
  trap 'exit 130' INT
  rekor1_start "$1"
  printf 'rekor1: %s, key %s, up after %s ms\n' "$MPK_REKOR1_URL" "$MPK_REKOR1_KEY" \
    $(((${EPOCHREALTIME/./} - began) / 1000)) >&2
  if [[ $# -eq 1 ]]; then
    wait
  else
    setpriv --pdeathsig TERM -- "${@:3}"
  fi
}

if [[ $0 == "${BASH_SOURCE[0]}" ]]; then
  rekor1_main "$@"
fi
