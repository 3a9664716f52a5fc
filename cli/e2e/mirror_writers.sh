#!/usr/bin/env bash
# A mirror that says something else about a tag: readers believe it, what signs and names never asks it.
. "$(dirname "$0")/common.sh"
needs_sandbox

ref=$MPK_SANDBOX_REGISTRY/mirrored/model:1
stale=$MPK_SANDBOX_REGISTRY/stale/mirrored/model:1
accepts "push to the registry" "$MPK" push "$model" "$ref"
accepts "push of another model, for the mirror" "$MPK" push "$root/testdata/models/tiny-gguf" "$stale"
digest=$(digest_of "$ref") stale_digest=$(digest_of "$stale")

python3 "$here/front.py" "${MPK_SANDBOX_REGISTRY##*:}" "$work/asked" >"$work/port" &
front=$!
trap 'kill "$front"; rm -rf "$work"' EXIT
until [[ -s $work/port ]]; do sleep 0.1; done
hosts=$HOME/.config/containers/certs.d/$MPK_SANDBOX_REGISTRY
mkdir -p "$hosts"
printf '[host."http://127.0.0.1:%s/v2/stale"]\noverride_path = true\n' "$(<"$work/port")" >"$hosts/hosts.toml"

# name command…: the command passes without a request to the mirror.
past_the_mirror() {
  : >"$work/asked"
  accepts "$@"
  accepts "${1%% *} asks the mirror nothing" is "$(<"$work/asked")" ""
}
accepts "a reader is told of the mirror's artifact" is "$(digest_of "$ref")" "$stale_digest"
accepts "and has asked the mirror" test -s "$work/asked"
printf '{"score": 1}' >"$work/predicate.json"
past_the_mirror "sign REF" "$MPK" sign "$ref" "${signing[@]}"
past_the_mirror "attest REF" "$MPK" attest "$ref" --type https://example.com/eval/v1 --predicate "$work/predicate.json" "${signing[@]}"
past_the_mirror "tag REF stable" "$MPK" tag "$ref" stable

rm "$hosts/hosts.toml"
accepts "the name is of the registry's artifact" is "$(digest_of "${ref%:1}:stable")" "$digest"
referrers() { "$MPK" tree "$1@$2" "${trust[@]}" --format json | grep -c '"artifactType": *"application/vnd.dev.sigstore.bundle' || true; }
accepts "which has the signature and the attestation" is "$(referrers "${ref%:1}" "$digest")" 2
accepts "the mirror's has none" is "$(referrers "${stale%:1}" "$stale_digest")" 0
accepts "verify" "$MPK" verify "$ref@$digest" "${who[@]}" "${trust[@]}"
close_steps "mirror writers"
