#!/usr/bin/env bash
# A real container runtime, asked by the CRI as a kubelet would, mounts what `mpk k8s` prints: containerd, or by hand
# CRI-O (with_runtime.sh crio; crio, pinns and conmon on PATH, which scripts/peers does not install).
# Needs MPK, MODEL, STEPS_DIR and the peers. Prints SKIPPED and why where no container can be started.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
peers=${PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/mpk/peers}
export PATH=$peers/bin:$PATH:/usr/sbin:/sbin

skip() {
  echo "SKIPPED: $runtime: $*"
  exit 0
}

# Mounts, daemons, ports, /run and what the runtime stores there live in namespaces of this run's own: they end with it.
if [[ ${1:-} != inside ]]; then
  runtime=${1:-containerd}
  case $runtime in
    containerd) programs=(containerd containerd-shim-runc-v2) ;;
    crio) programs=(crio pinns conmon) ;;
    *) echo "usage: scripts/interop/with_runtime.sh [containerd | crio]" >&2 && exit 2 ;;
  esac
  for program in "${programs[@]}" cri-client registry crane runc; do
    command -v "$program" >/dev/null || skip "$program is missing (scripts/peers)"
  done
  [[ $EUID -eq 0 ]] || skip "needs root"
  isolated=(unshare --mount --net --uts --ipc --pid --fork --kill-child --mount-proc --)
  "${isolated[@]}" ip link set lo up 2>/dev/null || skip "namespaces can't be made here"
  # shellcheck disable=SC2016 # expanded by the inner shell
  exec "${isolated[@]}" bash -c 'ip link set lo up && mount -t tmpfs tmpfs /run && exec "$@"' runtime \
    bash "${BASH_SOURCE[0]}" inside "$runtime"
fi

runtime=$2
. "$here/steps.sh"
state=$STEPS_DIR/$runtime socket=/run/runtime.sock
mkdir -p "$state"/{home,pods,conf,containers,plugins}
export HOME=$state/home DOCKER_CONFIG=$state/home CRI_CGROUP=/mpk-interop-$RANDOM$RANDOM
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY
trap 'find /sys/fs/cgroup -depth -type d -path "*$CRI_CGROUP*" -exec rmdir {} + 2>/dev/null || true' EXIT

registry=127.0.0.1:5000
cat >"$state/registry.yaml" <<TEXT
version: 0.1
log: {level: error}
storage: {inmemory: {}}
http: {addr: "$registry", secret: interop}
TEXT
registry serve "$state/registry.yaml" </dev/null >"$state/registry.log" 2>&1 &
for _ in {1..100}; do
  ! (: <"/dev/tcp/127.0.0.1/5000") 2>/dev/null || break
  sleep 0.1
done

start_containerd() {
  cat >"$state/config.toml" <<TEXT
version = 3
root = '/run/root'
state = '/run/containerd'
disabled_plugins = ['io.containerd.nri.v1.nri']
[grpc]
  address = '$socket'
[ttrpc]
  address = '$socket.ttrpc'
[plugins.'io.containerd.cri.v1.images']
  [plugins.'io.containerd.cri.v1.images'.pinned_images]
    sandbox = '$program'
[plugins.'io.containerd.cri.v1.runtime']
  disable_apparmor = true
  restrict_oom_score_adj = true
TEXT
  containerd --config "$state/config.toml" </dev/null >"$state/runtime.log" 2>&1 &
}

start_crio() {
  printf '{"cniVersion": "0.4.0", "name": "lo", "plugins": [{"type": "loopback"}]}\n' >"$state/plugins/lo.conflist"
  printf '{"default": [{"type": "insecureAcceptAnything"}]}\n' >"$state/containers/policy.json"
  printf '[[registry]]\nlocation = "%s"\ninsecure = true\n' "$registry" >"$state/containers/registries.conf"
  mount --bind "$state/containers" /etc/containers || skip "no /etc/containers (skopeo)"
  cat >"$state/crio.conf" <<TEXT
[crio]
root = "/run/root"
runroot = "/run/crio-storage"
storage_driver = "overlay"
log_dir = "$state/log"
version_file = "/run/crio/version"
version_file_persist = "$state/version"
clean_shutdown_file = "$state/clean"
[crio.api]
listen = "$socket"
[crio.runtime]
default_runtime = "runc"
cgroup_manager = "cgroupfs"
conmon_cgroup = "pod"
selinux = false
pinns_path = "$(command -v pinns)"
[crio.runtime.runtimes.runc]
runtime_path = "$(command -v runc)"
runtime_root = "/run/runc"
monitor_path = "$(command -v conmon)"
monitor_cgroup = "pod"
[crio.image]
pause_image = "$program"
[crio.network]
network_dir = "$state/plugins"
TEXT
  crio --config "$state/crio.conf" --config-dir "$state/conf" </dev/null >"$state/runtime.log" 2>&1 &
}

cri() { cri-client call "$socket" "$@"; }
give_up() {
  tail -n 5 "$state/runtime.log" >&2
  skip "$*"
}
mounts() { # volume: what a container finds at /models
  cri pull "$1" && cri run "$state/pods" "$program" "$1" /cri-client walk /models
}
holds() { # volume model
  (cd "$2" && find . -type f -exec sha256sum {} + | sort -k 2) >"$state/expected" &&
    mounts "$1" >"$state/found" && sort -k 2 "$state/found" | diff "$state/expected" -
}
volume() { # REF: what mpk prints
  "$MPK" k8s "$1" --format json | python3 -c '
import json, sys
print(json.load(sys.stdin)["object"]["spec"]["volumes"][0]["image"]["reference"])'
}
mpk_says() { "$MPK" k8s "$1" | grep "^# .*$2"; } # REF text
# An image of one layer: image NAME DIRECTORY CRANE-MUTATE-ARGUMENT…
image() {
  tar -C "$2" --owner 0 --group 0 --numeric-owner -cf "$state/layer.tar" . &&
    crane append --new_layer "$state/layer.tar" -t "$1" && crane mutate "$1" --set-platform linux/amd64 -t "$1" "${@:3}"
} >"$state/crane.log" 2>&1

program=$registry/program:1
mkdir "$state/program"
cp "$peers/bin/cri-client" "$state/program"
image "$program" "$state/program" --entrypoint /cri-client,pause
own=$state/own
cp -r "$MODEL" "$own"
mkdir -p "$own/a folder/deeper"
printf 'x\n' >"$own/a folder/deeper/file.txt"
: >"$own/empty.txt"
artifact=$registry/acme/tiny-llama:1.0
"$MPK" push "$own" "$artifact" --quiet >/dev/null

"start_$runtime"
for _ in {1..100}; do
  ! cri version >/dev/null 2>&1 || break
  sleep 0.1
done
cri version || give_up "it does not start"
{ cri pull "$program" && cri run "$state/pods" "$program" "" /cri-client walk /cri-client; } >"$state/first.log" 2>&1 ||
  give_up "it can't start a container here: $(tail -n 1 "$state/first.log")"

mkdir "$state/root-of-image"
cp -r "$own" "$state/root-of-image/models"
image "$registry/acme/image:1.0" "$state/root-of-image"
accepts "a container image: every file is there, with its bytes" holds "$(volume "$registry/acme/image:1.0")" "$state/root-of-image"
pinned=$(volume "$artifact")
if [[ $runtime == containerd ]]; then
  mkdir "$state/empty"
  "$MPK" push "$MODEL" "$registry/acme/no-empty-file:1.0" --quiet >/dev/null
  accepts "of an artifact it makes an empty folder" holds "$(volume "$registry/acme/no-empty-file:1.0")" "$state/empty"
  accepts "as mpk says" mpk_says "$artifact" "containerd 2.4 starts the Pod with an empty folder"
  refuses "one with an empty file it does not even fetch" 1 "content size of zero" mounts "$pinned"
else
  accepts "an artifact: every file is there, with its bytes" holds "$pinned" "$own"
  cp -r "$own" "$state/moved"
  printf 'x\n' >"$state/moved/more.txt"
  "$MPK" push "$state/moved" "$artifact" --quiet >/dev/null
  accepts "the tag moves, the volume does not" holds "$pinned" "$own"
  accepts "one that names the tag does" holds "$artifact" "$state/moved"
  refuses "tag and digest, which mpk does not print" 1 "cannot be tagged and digested" mounts "$artifact@${pinned#*@}"
  many=$state/many
  mkdir -p "$many"
  cp "$MODEL"/*.safetensors "$many"
  python3 - "$many" <<'PYTHON'
import pathlib, sys
deep = pathlib.Path(sys.argv[1], *("d" * 200 for _ in range(3)))  # long paths fill a manifest with few files
deep.mkdir(parents=True)
for i in range(2500):
    (deep / f"{i}.md").write_text(f"{i}\n")
PYTHON
  "$MPK" push "$many" "$registry/acme/many:1.0" --quiet >/dev/null
  refuses "tar layers without a name" 1 "container create failed" mounts "$(volume "$registry/acme/many:1.0")"
  accepts "as mpk says" mpk_says "$registry/acme/many:1.0" "archives without a name: 1; CRI-O does not start the Pod"
fi
close_steps "$runtime"
