#!/usr/bin/env bash
# The node service of the real ModelPack CSI driver, called as a kubelet would with what `mpk k8s --as csi` prints,
# mounts models that mpk pushed to CNCF Distribution 3. Needs MPK, MODEL, STEPS_DIR and the peers.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
peers=${PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/mpk/peers}
address=192.0.2.1 # RFC 5737: not loopback, where mpk would speak plain HTTP

# Mounts, daemons and ports live in namespaces of this run's own: they end with it, however it ends.
if [[ ${1:-} != inside ]]; then
  for program in registry model-csi-driver; do
    [[ -x $peers/bin/$program ]] || { echo "csi: $program is missing (scripts/peers)" >&2; exit 1; }
  done
  flags=(--mount --net --pid --fork --kill-child --mount-proc)
  [[ $EUID -eq 0 ]] || flags+=(--map-root-user)
  # shellcheck disable=SC2016 # expanded by the inner shell
  PEERS=$peers exec unshare "${flags[@]}" -- bash -c 'ip link set lo up && ip address add "$1/32" dev lo && shift && exec "$@"' \
    csi "$address" bash "${BASH_SOURCE[0]}" inside
fi

. "$here/steps.sh"
state=$STEPS_DIR/csi
# The driver reads its configuration again at each change in the configuration's folder: nothing else belongs there.
mkdir -p "$state"/{config,docker,home,root,tls}
export HOME=$state/home DOCKER_CONFIG=$state/home
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY
socket=$state/csi.sock target=$state/pod/volumes/model

start_registry() { # port extra-lines
  cat >"$state/registry-$1.yaml" <<TEXT
version: 0.1
log: {level: error}
storage: {inmemory: {}}
http:
  addr: $address:$1
  secret: interop
$2
TEXT
  "$peers/bin/registry" serve "$state/registry-$1.yaml" </dev/null >"$state/registry-$1.log" 2>&1 &
  for _ in {1..100}; do
    ! (: <"/dev/tcp/$address/$1") 2>/dev/null || return 0
    sleep 0.1
  done
  cat "$state/registry-$1.log" >&2
  return 1
}

start_driver() {
  X_CSI_MODE=node CSI_NODE_ID=interop DOCKER_CONFIG=$state/docker \
    "$peers/bin/model-csi-driver" serve "$state/config/config.yaml" </dev/null >"$state/driver.log" 2>&1 &
  for _ in {1..100}; do
    ! "$peers/bin/model-csi-driver" call "$socket" info >/dev/null 2>&1 || return 0
    sleep 0.1
  done
  tail -n 5 "$state/driver.log" >&2
  return 1
}

driver() { "$peers/bin/model-csi-driver" call "$socket" "$@"; }
is() { [[ $1 == "$2" ]] || { printf 'found    %s\nexpected %s\n' "$1" "$2"; return 1; }; }
# What kubelet hands on of a Pod's volume: its attributes, and the driver they are for.
volume() { # k8s-argument…
  "$MPK" k8s "$@" --as csi --format json | python3 -c '
import json, sys
csi = json.load(sys.stdin)["object"]["spec"]["volumes"][0]["csi"]
assert csi["driver"] == "model.csi.modelpack.org" and csi["readOnly"] is True, csi
print(*(f"{key}={value}" for key, value in csi["volumeAttributes"].items()), sep="\n")'
}
publishes() { # k8s-argument…
  local attributes
  attributes=$(volume "$@") && mapfile -t attributes <<<"$attributes" && driver publish csi-interop "$target" "${attributes[@]}"
}
publishes_reference() { driver publish csi-interop "$target" "model.csi.modelpack.org/reference=$1"; }
unpublishes() { driver unpublish csi-interop "$target"; }
holds() { # model
  mountpoint -q "$target" && diff -r "$1" "$target" && is "$(executables "$target")" "$(executables "$1")"
}
executables() { (cd "$1" && find . -type f -perm -u+x | sort); }
writable() { findmnt -no OPTIONS "$target" | grep -qw rw; }
nothing_left() {
  ! mountpoint -q "$target" && is "$(find "$state/root/volumes" -mindepth 1)" ""
}
digest_of() { "$MPK" inspect "$1" "${@:2}" --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["digest"])'; }

plain=$address:5000 tls=$address:5443 private=$address:5001
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout "$state/tls/key.pem" \
  -out "$state/tls/certificate.pem" -subj "/CN=interop" -addext "subjectAltName=IP:$address" 2>/dev/null
cat >"$state/htpasswd" <<'TEXT'
user:$2b$04$Ofl4rVPhaOzW1tZbZTOxTuUI1RI9/HGrfwh6AVT2sLZm3VnCTiSwq
TEXT
start_registry 5000 ""
start_registry 5001 "auth: {htpasswd: {realm: interop, path: $state/htpasswd}}"
start_registry 5443 "  tls: {certificate: $state/tls/certificate.pem, key: $state/tls/key.pem}"
mkdir -p "$HOME/.config/containers/certs.d/$tls"
cp "$state/tls/certificate.pem" "$HOME/.config/containers/certs.d/$tls/ca.crt"
cat >"$state/config/config.yaml" <<TEXT
service_name: model.csi.modelpack.org
root_dir: $state/root
csi_endpoint: unix://$socket
TEXT
# What the driver's chart makes of registryAuths.
credentials() { printf '{"auths": {"%s": {"serverscheme": "http"}, "%s": %s}}\n' "$plain" "$private" "$1" >"$state/docker/config.json"; }
start_driver

own=$state/own
cp -r "$MODEL" "$own"
mkdir -p "$own/a folder/code"
printf '#!/bin/sh\n' >"$own/a folder/code/run.sh"
chmod +x "$own/a folder/code/run.sh"
: >"$own/empty.txt"
ref=$plain/acme/tiny-llama
"$MPK" push "$own" "$ref:1.0" --plain-http --quiet >/dev/null
digest=$(digest_of "$ref:1.0" --plain-http)

accepts "the driver has the name that mpk writes" is "$(driver info)" "model.csi.modelpack.org 0.1.0"
refuses "without a docker config of its own it mounts nothing" 1 "open docker config file" publishes "$ref:1.0" --plain-http
credentials '{"serverscheme": "http"}'
accepts "it mounts what mpk k8s prints" publishes "$ref:1.0" --plain-http
accepts "every file is there, with its bytes" holds "$own"
accepts "its mount can be written: it is the container's, readOnly in mpk's YAML, that can't" writable
accepts "asked again it says that it has" publishes "$ref:1.0" --plain-http
accepts "it unmounts" unpublishes
accepts "and keeps nothing" nothing_left
accepts "asked again it says that it has" unpublishes

many=$state/many
mkdir -p "$many"
cp "$MODEL"/*.safetensors "$many"
python3 - "$many" <<'PYTHON'
import pathlib, sys
deep = pathlib.Path(sys.argv[1], *("d" * 200 for _ in range(3)))  # long paths fill a manifest with few files
deep.mkdir(parents=True)
for i in range(2500):
    (deep / f"{i}{('.json', '.md', '.py')[i % 3]}").write_text(f"{i}\n" * (i % 50))
PYTHON
"$MPK" push "$many" "$plain/acme/many:1.0" --plain-http --quiet >/dev/null
tars() { curl --silent --fail -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$plain/v2/acme/many/manifests/1.0" | grep -c 'v1.tar"'; }
accepts "of very many files mpk makes tar layers" tars
accepts "the driver mounts them" publishes "$plain/acme/many:1.0" --plain-http
accepts "every file is there, with its bytes" holds "$many"
accepts "it unmounts" unpublishes

# Why mpk says that this volume is not pinned, and refuses what it refuses.
printf x >"$own/more.txt"
"$MPK" push "$own" "$ref:1.0" --plain-http --quiet >/dev/null
accepts "the tag moves: the driver mounts what it names now" publishes_reference "$ref:1.0@$digest"
accepts "not what the digest says" holds "$own"
accepts "it unmounts" unpublishes
refuses "that mpk does not print any more" 1 "names sha256:" "$MPK" k8s "$ref:1.0@$digest" --plain-http --as csi
refuses "by digest alone the driver mounts nothing" 1 "invalid reference" publishes_reference "$ref@$digest"
refuses "nor what is not there" 1 "not found" publishes_reference "$ref:2.0"
accepts "a refusal leaves nothing" nothing_left
"$MPK" push "$own" "$tls/acme/tiny-llama:1.0" --quiet >/dev/null
accepts "a certificate that only mpk was told of: the driver does not look" publishes "$tls/acme/tiny-llama:1.0"
accepts "every file is there, with its bytes" holds "$own"
accepts "it unmounts" unpublishes

# Its credentials are its own; it reads them each time.
printf secret | "$MPK" login "$private" --username user --password-stdin --plain-http --quiet >/dev/null
"$MPK" push "$own" "$private/acme/tiny-llama:1.0" --plain-http --quiet >/dev/null
refuses "without credentials" 1 "basic credential not found" publishes "$private/acme/tiny-llama:1.0" --plain-http
credentials '{"serverscheme": "http", "auth": "'"$(printf user:wrong | base64)"'"}'
refuses "with wrong ones" 1 "401" publishes "$private/acme/tiny-llama:1.0" --plain-http
credentials '{"serverscheme": "http", "auth": "'"$(printf user:secret | base64)"'"}'
accepts "with the right ones" publishes "$private/acme/tiny-llama:1.0" --plain-http
accepts "every file is there, with its bytes" holds "$own"
accepts "it unmounts" unpublishes
accepts "and keeps nothing" nothing_left
close_steps "ModelPack CSI driver"
