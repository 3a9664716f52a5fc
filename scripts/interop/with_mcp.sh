#!/usr/bin/env bash
# mpk agent pin and verify with a real MCP server (the Python package mcp), over stdio and HTTP: unchanged, and every rug pull.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${MPK:?}" "${PEERS_PYTHON:?}" "${MODEL:?}"
cd "$STEPS_DIR"
server=("$PEERS_PYTHON" "$here/mcp_server.py")

"$MPK" aibom create "$MODEL" --quiet -o bom.json
accepts "pin what the server answers" "$MPK" agent pin --aibom bom.json -o pinned.json -- "${server[@]}"
accepts "the aiBOM with the pins is valid" "$MPK" aibom validate pinned.json
accepts "pin it again, over its own result" "$MPK" agent pin --aibom pinned.json -o again.json -- "${server[@]}"
accepts "the same bytes" cmp pinned.json again.json

mapfile -t changes < <("${server[@]}" --changes)
verify() { # name change command…: unchanged passes, everything else is refused with its code
  local name=$1 change=$2
  shift 2
  if [[ $change == unchanged ]]; then
    accepts "$name: $change" "$@"
  else
    refuses "$name: $change" 1 "[$change]" "$@"
  fi
}

for change in "${changes[@]}"; do
  verify stdio "$change" "$MPK" agent verify --aibom pinned.json -- "${server[@]}" "$change"
done
refuses "stdio: a server that does not start" 3 "can't open file" "$MPK" agent verify --aibom pinned.json -- "$PEERS_PYTHON" nowhere.py

port=18941
"${server[@]}" --http "$port" >http.log 2>&1 &
http=$!
trap 'kill "$http" 2>/dev/null || true' EXIT
for _ in {1..150}; do
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
  sleep 0.1
done
for change in "${changes[@]}"; do
  verify "HTTP, events" "$change" "$MPK" agent verify --aibom pinned.json --url "http://127.0.0.1:$port/$change/mcp"
  verify "HTTP, JSON" "$change" "$MPK" agent verify --aibom pinned.json --url "http://127.0.0.1:$port/$change/json/mcp"
done
refuses "HTTP: no MCP endpoint" 3 "status 404" "$MPK" agent verify --aibom pinned.json --url "http://127.0.0.1:$port/elsewhere"
kill "$http" && wait "$http" || true
refuses "HTTP: nobody listens" 3 "127.0.0.1" "$MPK" agent verify --aibom pinned.json --url "http://127.0.0.1:$port/unchanged/mcp"
close_steps "MCP"
