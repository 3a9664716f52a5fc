#!/usr/bin/env bash
# A registry that serves other bytes than were pushed: layer, config and manifest are refused.
. "$(dirname "$0")/common.sh"
needs_sandbox
repo=$MPK_SANDBOX_REGISTRY/refusals

verify() { "$MPK" verify "$1" "${trust[@]}" "${who[@]}" "${@:2}"; }
"$MPK" ship "$model" "$repo:good" "${signing[@]}" --quiet >/dev/null
"$MPK" copy "$repo:good" "oci:$work/good:1" --quiet >/dev/null
accepts "the good artifact" verify "$repo:good" --content

# The registry lies: blobs lie on its disk; the manifest comes from a server that hands out files.
served=$MPK_SANDBOX_DIR/registry/blobs/sha256
config=$(basename "$(tamper blob "$work/good" config)")
layer=$(basename "$(tamper blob "$work/good" layer)")
tamper flip "$served/$layer"
refuses "a flipped byte in a served layer" 1 "digest" verify "$repo:good" --content
refuses "pull of it" 1 "digest" "$MPK" pull "$repo:good" -o "$work/pulled"
tamper flip "$served/$layer"
accepts "the byte flipped back" verify "$repo:good" --content
tamper flip "$served/$config"
refuses "a flipped byte in the served config" 1 "digest" verify "$repo:good"

manifest=$(tamper blob "$work/good" manifest)
digest=sha256:$(basename "$manifest")
mkdir -p "$work/www/v2/m/manifests" "$work/www/v2/m/blobs"
cp "$manifest" "$work/www/v2/m/manifests/$digest"
cp "$work/good/blobs/sha256/$config" "$work/www/v2/m/blobs/sha256:$config"
python3 -u "$here/serve.py" "$work/www" >"$work/port" 2>/dev/null &
server=$!
trap 'kill $server; rm -rf "$work"' EXIT
until [[ -s $work/port ]]; do sleep 0.05; done
host=127.0.0.1:$(<"$work/port")
accepts "a manifest from another server" "$MPK" inspect "$host/m@$digest"
tamper flip "$work/www/v2/m/manifests/$digest"
refuses "a flipped byte in a served manifest" 1 "digest" verify "$host/m@$digest"
close_steps "served refusals"
