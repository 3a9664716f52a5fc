#!/usr/bin/env bash
# Verification opens no socket: in a network namespace without loopback, and by what strace sees.
. "$(dirname "$0")/common.sh"
needs_sandbox
repo=$MPK_SANDBOX_REGISTRY/offline

"$MPK" ship "$model" "$repo:1" "${signing[@]}" --quiet >/dev/null
"$MPK" copy "$repo:1" "oci:$work/layout:1" --quiet >/dev/null
digest=$(digest_of "$repo:1")
python3 - "$work/layout" "$work/bundle.json" <<'PY'
import json, pathlib, sys
layout, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
for path in sorted((layout / "blobs/sha256").iterdir()):
    data = path.read_bytes()
    if data.startswith(b"{") and b'"dsseEnvelope"' in data and b'"mediaType"' in data:
        if json.loads(data).get("mediaType", "").startswith("application/vnd.dev.sigstore.bundle"):
            out.write_bytes(data)
            break
PY
artifact() { "$@" "$MPK" verify "oci:$work/layout:1" "${trust[@]}" "${who[@]}"; }
bundle() { "$@" "$MPK" verify "$digest" --bundle "$work/bundle.json" "${trust[@]}" "${who[@]}"; }

if unshare -n true 2>/dev/null; then
  accepts "the namespace has no loopback that is up" unshare -n bash -c '! (exec 3<>/dev/tcp/127.0.0.1/9) 2>&1 | grep -q refused'
  accepts "an artifact in a layout, without any network" artifact unshare -n
  accepts "a bundle file, without any network" bundle unshare -n
  refuses "a registry is not reached there" 3 "" unshare -n "$MPK" verify "$repo:1" "${trust[@]}" "${who[@]}"
else
  skips "no network at all" "unshare -n is not permitted"
fi

if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
  # The leak sanitizer is a tracer itself, and there can be only one.
  export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0"
  traced() { strace -f -o "$work/calls" -e trace=socket,socketpair,connect "$@"; }
  accepts "an artifact in a layout, traced" artifact traced
  accepts "no socket was made" lacks 'socket|connect' "$work/calls"
  accepts "a bundle file, traced" bundle traced
  accepts "no socket was made for it" lacks 'socket|connect' "$work/calls"
  accepts "the trace sees sockets where there are some" bash -c \
    "strace -f -o '$work/seen' -e trace=socket '$MPK' inspect '$repo:1' >/dev/null && grep -q 'socket(' '$work/seen'"
else
  skips "no socket(2)" "strace is missing or not permitted"
fi
close_steps "no sockets"
