# Sourced first by each script here: mpk, a directory and an environment of the script's own, steps that are counted.
# shellcheck shell=bash disable=SC2034 # the scripts use what is set here
set -euo pipefail
MPK=$(realpath "${1:?usage: $0 MPK}")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
model=$root/testdata/models/tiny-llama
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! command -v python3 >/dev/null; then
  echo "SKIPPED: python3 is missing"
  exit 77
fi

# What a user has set up must neither help nor hurt; a script that signs gets its token from the sandbox.
export HOME=$work/home DOCKER_CONFIG=$work/docker XDG_DATA_HOME=$work/data XDG_CACHE_HOME=$work/cache
unset REGISTRY_AUTH_FILE XDG_RUNTIME_DIR SOURCE_DATE_EPOCH GITHUB_ACTIONS GITLAB_CI CI
mkdir "$HOME" "$DOCKER_CONFIG" "$work/steps"
if [[ -z ${MPK_SANDBOX_DIR:-} ]]; then
  unset SIGSTORE_ID_TOKEN
fi

STEPS_DIR=$work/steps
: >"$STEPS_DIR/tally"
. "$root/scripts/interop/steps.sh"

# Runs the calling script again inside a sandbox of its own, unless it is in one.
needs_sandbox() {
  if [[ -z ${MPK_SANDBOX_DIR:-} ]]; then
    "$MPK" sandbox run --quiet -- bash "$0" "$MPK"
    exit
  fi
  trust=(--trusted-root "$MPK_SANDBOX_DIR/trusted-root.json")
  signing=(--signing-config "$MPK_SANDBOX_DIR/signing-config.json" "${trust[@]}")
  who=(--certificate-identity "$MPK_SANDBOX_IDENTITY" --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER")
}

tamper() { python3 "$here/tamper.py" "$@"; }
field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
digest_of() { "$MPK" inspect "$1" --format json | field digest; }
is() { [[ $1 == "$2" ]] || { printf 'found    %s\nexpected %s\n' "$1" "$2"; return 1; }; }
absent() { [[ ! -e $1 && ! -L $1 ]] || { printf 'unexpected: %s\n' "$1"; return 1; }; }
lacks() { ! grep -E -- "$1" "$2"; }
says() { # text command…: the command passes and prints the text
  local text=$1 output
  shift
  output=$("$@" 2>&1) || { printf '%s\n' "$output"; return 1; }
  grep -qF -- "$text" <<<"$output" || { printf '%s\nexpected "%s"\n' "$output" "$text"; return 1; }
}
# Runs mpk with --stats; then stats, rchar and wchar say what it counted, and what the kernel did.
counted() { # arguments of mpk…
  python3 "$here/count_io.py" "$work/io" "$MPK" "$@" --stats 2>"$work/talk" >"$work/result" || { cat "$work/talk"; return 1; }
}
stats() { sed -nE "s/^stats: .*\\<$1 ([0-9]+).*/\\1/p" "$work/talk"; }
rchar() { cut -d' ' -f1 "$work/io"; }
wchar() { cut -d' ' -f2 "$work/io"; }
bytes_below() { find "$1" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }'; }
near() { # found expected percent
  local off=$(($1 > $2 ? $1 - $2 : $2 - $1))
  ((off * 100 <= $2 * $3)) || { printf 'found %s, expected %s within %s %%\n' "$1" "$2" "$3"; return 1; }
}
at_most() { # found limit
  [[ -n $1 && $1 -le $2 ]] || { printf 'found %s, expected at most %s\n' "$1" "$2"; return 1; }
}

# For the gate: a model that is signed ($repo, $digest), and one that nobody has signed ($bare).
good_and_bare() {
  repo=$MPK_SANDBOX_REGISTRY/gate/tiny
  "$MPK" ship "$model" "$repo:good" "${signing[@]}" --quiet >/dev/null
  digest=$(digest_of "$repo:good")
  "$MPK" pack "$model" -t "oci:$work/layout:bare" --quiet >/dev/null
  "$MPK" push "oci:$work/layout:bare" "$MPK_SANDBOX_REGISTRY/gate/bare:1" --quiet >/dev/null
  bare=$MPK_SANDBOX_REGISTRY/gate/bare@$(digest_of "$MPK_SANDBOX_REGISTRY/gate/bare:1")
}
# A policy that takes the model signed by $1, in the sandbox's registry and in $2 where that is given.
gate_policy() {
  cat <<POLICY
apiVersion: mpk/v1
name: gate
match: ["$MPK_SANDBOX_REGISTRY/gate/*"${2:+, "$2/gate/*"}]
signers: [{identity: $1, issuer: "$MPK_SANDBOX_ISSUER"}]
aibom: {required: true}
POLICY
}
skips() { printf 'SKIPPED: %s: %s\n' "$1" "$2"; }
