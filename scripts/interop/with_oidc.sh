#!/usr/bin/env bash
# Inside `mpk sandbox run`: identities by a real browser, by a device, by a real Workload API server.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/steps.sh"

dir=$MPK_SANDBOX_DIR
ref=$MPK_SANDBOX_REGISTRY/models/login
signing=(--signing-config "$dir/signing-config.json" --trusted-root "$dir/trusted-root.json")
trust=(--trusted-root "$dir/trusted-root.json" --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER")
# A CI job has nobody who logs in; here somebody does.
unset SIGSTORE_ID_TOKEN CI GITHUB_ACTIONS GITLAB_CI CI_JOB_ID ACTIONS_ID_TOKEN_REQUEST_URL ACTIONS_ID_TOKEN_REQUEST_TOKEN

fresh() { # tag: an artifact that nobody has signed
  printf '%s' "$1" >"$STEPS_DIR/model/which"
  "$MPK" push --quiet "$STEPS_DIR/model" "$ref:$1" >/dev/null
}
mkdir -p "$STEPS_DIR/model"
cp "$MODEL"/* "$STEPS_DIR/model"

# cosign is asked as well: the certificate must say who logged in, whoever reads it.
signed_by() { # name tag identity
  accepts "mpk verify: $1" "$MPK" verify "$ref:$2" "${trust[@]}" --certificate-identity "$3"
  accepts "cosign verify: $1" cosign verify "${trust[@]}" --certificate-identity "$3" "$ref:$2"
}

# $BROWSER is a command without a shell, so a file is written for each behaviour.
browser() { # extra-query → a program that opens its first argument in a headless Chromium
  cat >"$STEPS_DIR/browser" <<SH
#!/bin/sh
exec timeout 60 chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \\
  --user-data-dir="$STEPS_DIR/chromium.\$\$" --dump-dom "\$1$1" >"$STEPS_DIR/dom" 2>"$STEPS_DIR/chromium.log"
SH
  chmod +x "$STEPS_DIR/browser"
  export BROWSER=$STEPS_DIR/browser
}
fault() { curl -sf -X POST "$MPK_SANDBOX_ISSUER/fault?is=$1" >/dev/null; }
page_says() { # text: once Chromium has ended
  local i
  for ((i = 0; i < 100; i++)); do grep -qF "$1" "$STEPS_DIR/dom" && return; sleep 0.2; done
  cat "$STEPS_DIR/dom" "$STEPS_DIR/chromium.log"
  return 1
}
sign() { "$MPK" sign "$@" "${signing[@]}"; }

for variant in redirect form; do
  fresh "$variant"
  rm -f "$STEPS_DIR/dom"
  if [[ $variant == form ]]; then browser '&display=page'; else browser ''; fi
  accepts "mpk sign --oidc-flow browser in Chromium, by a $variant" sign "$ref:$variant" --oidc-flow browser </dev/null
  accepts "Chromium shows the closing page ($variant)" page_says "You can close this window"
  signed_by "the log-in by a $variant" "$variant" "$MPK_SANDBOX_IDENTITY"
done
fresh fixed
browser ''
accepts "the browser comes back to an address of one's own" sign "$ref:fixed" --oidc-flow browser \
  --oidc-redirect-url http://localhost:18943/auth/callback </dev/null
signed_by "the log-in with that address" fixed "$MPK_SANDBOX_IDENTITY"
refuses "a way back to another machine" 2 "localhost or 127.0.0.1" sign "$ref:fixed" --oidc-flow browser \
  --oidc-redirect-url http://evil.example:18943/auth/callback
fresh denied
fault deny
refuses "a log-in that the user denies in Chromium" 3 "access_denied" sign "$ref:denied" --oidc-flow browser
accepts "Chromium shows that it was not done" page_says "Not logged in"
fault wrong_nonce
refuses "an answer to another log-in" 12 "nonce" sign "$ref:denied" --oidc-flow browser
fault none
refuses "nothing was attached by either" 10 "no signature" \
  "$MPK" verify "$ref:denied" "${trust[@]}" --certificate-identity "$MPK_SANDBOX_IDENTITY"

# At a terminal nobody has to ask for the log-in.
fresh terminal
on_terminal() { script -qec "$(printf '%q ' "$MPK" sign "$@" "${signing[@]}")" /dev/null; }
accepts "at a terminal mpk sign logs in by itself" on_terminal "$ref:terminal"
signed_by "the log-in at a terminal" terminal "$MPK_SANDBOX_IDENTITY"
refuses "without one it does not" 2 "there is no identity to sign with" sign "$ref:denied" </dev/null

# Nobody comes, and the user has enough of it.
interrupted() {
  local status=0
  : >"$STEPS_DIR/waiting"
  BROWSER=true "$MPK" sign "$ref:denied" "${signing[@]}" --oidc-flow browser >"$STEPS_DIR/waiting" 2>&1 &
  local pid=$!
  for ((i = 0; i < 100; i++)); do
    grep -q "log in with your browser" "$STEPS_DIR/waiting" && break
    sleep 0.1
  done
  kill -TERM "$pid"
  wait "$pid" || status=$?
  cat "$STEPS_DIR/waiting"
  return "$status"
}
refuses "a log-in that is interrupted" 130 "log in with your browser" interrupted

# The device: mpk prints the address, somebody opens it elsewhere.
by_device() { # answer-query tag: runs mpk and opens what it prints
  local link status=0
  : >"$STEPS_DIR/device" # what an earlier run printed is not this one's
  "$MPK" sign "$ref:$2" "${signing[@]}" --oidc-flow device </dev/null >"$STEPS_DIR/device" 2>&1 &
  local pid=$!
  for ((i = 0; i < 100; i++)); do
    link=$(sed -n 's/^or open this at once: //p' "$STEPS_DIR/device")
    [[ -n $link ]] && break
    sleep 0.1
  done
  curl -sf "$link$1" >/dev/null || kill "$pid"
  wait "$pid" || status=$?
  cat "$STEPS_DIR/device"
  return "$status"
}
fresh device
accepts "mpk sign --oidc-flow device" by_device "" device
signed_by "the log-in on a device" device "$MPK_SANDBOX_IDENTITY"
refuses "a device whose user says no" 3 "access_denied" by_device "&deny=1" device

# Typed in: the code comes from the issuer's page.
by_paste() { # tag
  mkfifo "$STEPS_DIR/typed"
  : >"$STEPS_DIR/oob"
  "$MPK" sign "$ref:$1" "${signing[@]}" --oidc-flow oob <"$STEPS_DIR/typed" >"$STEPS_DIR/oob" 2>&1 &
  local pid=$! link="" status=0
  exec 8>"$STEPS_DIR/typed"
  for ((i = 0; i < 100; i++)); do
    link=$(sed -n 's/^open this address in any browser and log in: //p' "$STEPS_DIR/oob")
    [[ -n $link ]] && break
    sleep 0.1
  done
  curl -sf "$link" | sed -n 's/.*<pre id="code">\([^<]*\)<.*/\1/p' >&8
  exec 8>&-
  wait "$pid" || status=$?
  cat "$STEPS_DIR/oob"
  return "$status"
}
fresh oob
accepts "mpk sign --oidc-flow oob" by_paste oob
signed_by "the log-in by a typed code" oob "$MPK_SANDBOX_IDENTITY"

fresh robot
printf 'sandbox-secret\n' >"$STEPS_DIR/secret"
robot=(--oidc-flow client_credentials --oidc-client-secret-file "$STEPS_DIR/secret")
accepts "mpk sign --oidc-flow client_credentials" sign "$ref:robot" "${robot[@]}"
signed_by "the client's own log-in" robot "$MPK_SANDBOX_ISSUER/clients/sigstore"

# A Workload API server on grpcio.
workload_api() { # subject
  rm -f "$STEPS_DIR/agent.sock"
  : >"$STEPS_DIR/agent.log"
  "$PEERS_PYTHON" "$here/workload_api.py" "$STEPS_DIR/agent.sock" "$MPK_SANDBOX_ISSUER" "$1" >"$STEPS_DIR/agent.log" 2>&1 &
  agent=$!
  for ((i = 0; i < 100; i++)); do grep -q ready "$STEPS_DIR/agent.log" && return; sleep 0.1; done
  cat "$STEPS_DIR/agent.log" >&2
}
agent=
trap '[[ -z $agent ]] || kill "$agent" 2>/dev/null || true' EXIT
export SPIFFE_ENDPOINT_SOCKET=unix://$STEPS_DIR/agent.sock
fresh spiffe
refuses "a Workload API that is not there" 3 "is the agent running" sign "$ref:spiffe"
workload_api spiffe://example.org/trainer
accepts "mpk sign with a JWT-SVID from a gRPC Workload API" sign "$ref:spiffe"
signed_by "the SPIFFE identity" spiffe spiffe://example.org/trainer
kill "$agent"
wait "$agent" 2>/dev/null || true
workload_api ""
refuses "a Workload API that knows no such workload" 3 "spire-server entry create" \
  sign "$ref:spiffe" --oidc-provider spiffe
close_steps "identities"
