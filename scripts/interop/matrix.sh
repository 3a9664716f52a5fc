#!/usr/bin/env bash
# Four registries by five clients: scripts/interop/matrix.sh MPK DIR. What mpk pushes the others pull, what the
# others push mpk pulls, byte for byte; signatures survive copies between registries with and without referrers API.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/interop/steps.sh
. "$here/steps.sh"
models=$here/../../testdata/models

# A network of its own, so that the ports are free; then once more inside a sandbox, which is the fourth registry.
if [[ -z ${MATRIX_INSIDE:-} ]]; then
  mpk=$(realpath "$1")
  mkdir -p "$2/steps" "$2/home"
  flags=(--net)
  [[ $EUID -eq 0 ]] || flags+=(--map-root-user)
  peers=${PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/mpk/peers}
  for program in crane regctl registry ggcr-registry; do
    [[ -x $peers/bin/$program ]] || { echo "matrix: $program is missing (scripts/peers)" >&2; exit 1; }
  done
  export MATRIX_INSIDE=yes MPK=$mpk STEPS_DIR=$2/steps WORK=$2 PEERS=$peers HOME=$2/home
  export DOCKER_CONFIG=$2/home REGCTL_CONFIG=$2/home/regctl.json PATH=$PATH:$peers/bin
  # shellcheck disable=SC2016 # expanded by the inner shell
  exec unshare "${flags[@]}" -- bash -c 'ip link set lo up && exec "$@"' matrix \
    "$mpk" sandbox run --quiet -- bash "${BASH_SOURCE[0]}"
fi

pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true' EXIT
python=$PEERS/venv/bin/python

serve() { # name port command…
  local name=$1 port=$2
  shift 2
  mkdir -p "$WORK/$name"
  "$@" </dev/null >"$WORK/$name.log" 2>&1 &
  pids+=($!)
  for _ in {1..100}; do
    (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
    sleep 0.1
  done
  cat "$WORK/$name.log" >&2
  return 1
}
distribution() { # name port program: both versions read this
  printf '%s\n' 'version: 0.1' 'log: {level: error}' "storage: {filesystem: {rootdirectory: $WORK/$1}}" \
    "http: {addr: '127.0.0.1:$2', secret: interop}" >"$WORK/$1.yaml"
  serve "$1" "$2" "$3" serve "$WORK/$1.yaml"
}
distribution docker-registry-2 5002 docker-registry
distribution distribution-3 5003 registry
serve ggcr 5004 ggcr-registry 127.0.0.1:5004
declare -A address=([docker-registry-2]=127.0.0.1:5002 [distribution-3]=127.0.0.1:5003 [ggcr]=127.0.0.1:5004
  [sandbox]=$MPK_SANDBOX_REGISTRY)
# Where the blobs are; go-containerregistry's keeps them in memory.
declare -A storage=([docker-registry-2]=$WORK/docker-registry-2 [distribution-3]=$WORK/distribution-3 [sandbox]=$MPK_SANDBOX_DIR)

model=$WORK/model # with a folder: titles that are paths
cp -r "$models/tiny-llama" "$model"
mkdir "$model/onnx"
cp "$models/tiny-onnx/model.onnx" "$model/onnx/"

same() { diff -r "$model" "$1"; }
digest_of() { "$MPK" inspect "$1" --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["digest"])'; }
is() { [[ $1 == "$2" ]] || { printf 'found    %s\nexpected %s\n' "$1" "$2"; return 1; }; }
from_layout() { python3 "$here/layout_files.py" "$1" "$2" && same "$2"; }

# Each client's way to take the files out of a registry, without mpk.
crane_pulls() { crane pull --format oci "$1" "$2.oci" && from_layout "$2.oci" "$2"; }
skopeo_pulls() { skopeo copy --quiet --src-tls-verify=false "docker://$1" "oci:$2.oci:1" && from_layout "$2.oci" "$2"; }
regctl_pulls() { mkdir "$2" && regctl artifact get --output "$2" "$1" && same "$2"; }
oras-python_pulls() { "$python" "$here/oras_python.py" pull "$1" "$2" && same "$2"; }

# And to put them there: crane and skopeo from the layout that they pulled from another registry, regctl and
# oras-python from the files, with manifests of their own.
crane_pushes() { crane push "$WORK/source.oci" "$1"; }
skopeo_pushes() { skopeo copy --quiet --dest-tls-verify=false "oci:$WORK/source.oci:1" "docker://$1"; }
pack=application/vnd.cncf.model
regctl_puts() { # ref options…: all files of the model
  local ref=$1 files=() path
  shift
  while read -r path; do files+=(--file "$path" --file-media-type "$pack.weight.v1.raw"); done < <(cd "$model" && find . -type f -printf '%P\n' | sort)
  printf '{"descriptor":{},"modelfs":{"type":"layers","diffIds":[]},"config":{}}' >"$WORK/config.json"
  (cd "$model" && regctl artifact put --artifact-type "$pack.manifest.v1+json" --config-type "$pack.config.v1+json" \
    --config-file "$WORK/config.json" "$@" "${files[@]}" "$ref")
}
regctl_pushes() { regctl_puts "$1" --file-title; }
oras-python_pushes() { "$python" "$here/oras_python.py" push "$1" "$model"; }
mpk_pulls() { "$MPK" pull "$1" -o "$2" && same "$2"; }

through() { # registry
  local name=$1 repo=${address[$1]}/matrix/model client digest layer file
  regctl registry set --tls disabled "${address[$name]}" >/dev/null
  accepts "$name: mpk push" "$MPK" push "$model" "$repo:mpk"
  digest=$(digest_of "$repo:mpk")
  [[ -d $WORK/source.oci ]] || skopeo copy --quiet --src-tls-verify=false "docker://$repo:mpk" "oci:$WORK/source.oci:1"
  for client in crane regctl skopeo oras-python; do
    accepts "$name: $client pulls what mpk pushed" "${client}_pulls" "$repo:mpk" "$WORK/$name-$client"
    accepts "$name: $client pushes" "${client}_pushes" "$repo-$client:1"
    accepts "$name: mpk pulls what $client pushed" mpk_pulls "$repo-$client:1" "$WORK/$name-from-$client"
  done
  for client in crane skopeo; do accepts "$name: $client kept the digest" is "$(digest_of "$repo-$client:1")" "$digest"; done
  accepts "$name: regctl pushes files without a name" regctl_puts "$repo-nameless:1"
  refuses "$name: mpk refuses a layer without a path" 1 "no org.cncf.model.filepath" "$MPK" pull "$repo-nameless:1" -o "$WORK/$name-nameless"
  accepts "$name: nothing was written" is "$(find "$WORK/$name-nameless" -type f 2>/dev/null)" ""
  [[ -n ${storage[$name]:-} ]] || return 0
  layer=$(sha256sum "$model/onnx/model.onnx" | cut -c 1-64)
  file=$(find "${storage[$name]}" -path "*$layer*" -type f -size +1k)
  python3 "$here/../../cli/e2e/tamper.py" flip "$file"
  refuses "$name: mpk refuses a changed blob" 1 "sha256:${layer:0:12}" "$MPK" pull "$repo:mpk" -o "$WORK/$name-changed"
  accepts "$name: it got no name" is "$(find "$WORK/$name-changed" -name model.onnx)" ""
}
for registry in docker-registry-2 distribution-3 ggcr sandbox; do through "$registry"; done

# All but go-containerregistry's now have a changed blob: good for mirrors that lie, and that help.
mirror() { # registry mirror
  local certs=$HOME/.config/containers/certs.d/${address[$1]}
  mkdir -p "$certs"
  printf '[host."http://%s"]\ncapabilities = ["pull"]\n' "${address[$2]}" >"$certs/hosts.toml"
}
mirror sandbox ggcr
accepts "a mirror has what the registry lost" mpk_pulls "${address[sandbox]}/matrix/model:mpk" "$WORK/mirror-helps"
mirror ggcr docker-registry-2
accepts "where a mirror lies the registry is asked" mpk_pulls "${address[ggcr]}/matrix/model:mpk" "$WORK/mirror-lies"
mirror distribution-3 docker-registry-2
refuses "when both do it is refused" 1 "sha256:" "$MPK" pull "${address[distribution-3]}/matrix/model:mpk" -o "$WORK/both-lie"
accepts "a push goes past the mirror" "$MPK" push "$model" "${address[sandbox]}/matrix/past:1"
refuses "which knows nothing of it" 11 "not found" "$MPK" inspect "${address[ggcr]}/matrix/past:1"
rm -r "$HOME/.config/containers/certs.d"

# A ring through both kinds of registry: the API to the fallback tag and back.
trust=(--trusted-root "$MPK_SANDBOX_DIR/trusted-root.json")
who=(--certificate-identity "$MPK_SANDBOX_IDENTITY" --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER")
referrers_api() { curl --silent --output /dev/null --write-out '%{http_code}' "http://${address[$1]}/v2/ring/model/referrers/$2"; }
shows() { # text ref: in the tree
  "$MPK" tree "$2" "${trust[@]}" | tee "$WORK/tree" && grep -qE -- "$1" "$WORK/tree"
}
from=$MPK_SANDBOX_REGISTRY/ring/model:1
accepts "mpk ship" "$MPK" ship "$models/tiny-gguf" "$from" --signing-config "$MPK_SANDBOX_DIR/signing-config.json" "${trust[@]}"
digest=$(digest_of "$from")
while read -r name status; do
  to=${address[$name]}/ring/model:1
  [[ $to != "$MPK_SANDBOX_REGISTRY"* ]] || to=$MPK_SANDBOX_REGISTRY/ring/back:1
  accepts "mpk copy to $name" "$MPK" copy "$from" "$to"
  accepts "its referrers API answers $status" is "$(referrers_api "$name" "$digest")" "$status"
  for what in signature aibom provenance; do accepts "mpk tree shows the $what, verified" shows "$what .* verified" "$to"; done
  accepts "mpk verify" "$MPK" verify "$to" "${trust[@]}" "${who[@]}"
  from=$to
done <<'RING'
docker-registry-2 404
ggcr 200
distribution-3 404
sandbox 200
RING
bare=${address[ggcr]}/ring/bare:1
accepts "mpk copy --no-referrers" "$MPK" copy "$from" "$bare" --no-referrers
accepts "mpk tree shows that nothing is attached" shows "nothing is attached" "$bare"
refuses "and mpk verify refuses it" 10 "no signature" "$MPK" verify "$bare" "${trust[@]}" "${who[@]}"
close_steps "registries by clients"
