#!/usr/bin/env bash
# A policy from a live artifact: it passes it, and neither another's signature nor another artifact does.
. "$(dirname "$0")/common.sh"
needs_sandbox
repo=$MPK_SANDBOX_REGISTRY/init/tiny

"$MPK" ship "$model" "$repo:1" "${signing[@]}" --quiet >/dev/null
init() { "$MPK" policy init "$@" "${trust[@]}"; }
judges() { "$MPK" verify "$1" --policy "$work/tiny.yaml" "${trust[@]}"; }

accepts "a policy of what was shipped" init "$repo:1" -o "$work/tiny.yaml" --name tiny
accepts "is one" says "signature, provenance, aibom" "$MPK" policy check "$work/tiny.yaml"
accepts "and passes it" judges "$repo:1"
for text in "identity: $MPK_SANDBOX_IDENTITY" "builders:" "buildTypes:" "specVersions:" "profiles:" "- safetensors" "verified:" "scopes: []"; do
  accepts "it asks for $text" grep -qF -- "$text" "$work/tiny.yaml"
done
accepts "the same on standard output" init "$repo:1" --name tiny
init "$repo:1" --name tiny >"$work/again.yaml"
accepts "byte by byte" cmp "$work/again.yaml" "$work/tiny.yaml"
accepts "as JSON, with the verdict" is "$(init "$repo:1" --format json | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["kind"], d["verdict"]["result"])')" "PolicyStarted passed"
refuses "a file that is there stays" 2 "stays as it is" init "$repo:1" -o "$work/tiny.yaml"
accepts "but with --force" init "$repo:1" -o "$work/tiny.yaml" --name tiny --force

# The next one, another one, and another signer.
cp -r "$model" "$work/model"
printf 'more\n' >"$work/model/more.txt"
"$MPK" ship "$work/model" "$repo:2" "${signing[@]}" --quiet >/dev/null
accepts "the next release passes" judges "$repo:2"
"$MPK" push "$model" "$MPK_SANDBOX_REGISTRY/init/other:1" --quiet >/dev/null
refuses "another repository is refused" 1 "no-rule" "$MPK" verify "$MPK_SANDBOX_REGISTRY/init/other:1" --policy "$work/tiny.yaml" "${trust[@]}" -v
sed "s/identity: $MPK_SANDBOX_IDENTITY/identity: mallory@example.com/" "$work/tiny.yaml" >"$work/mallory.yaml"
refuses "another identity than the policy's is refused" 12 "$MPK_SANDBOX_IDENTITY" "$MPK" verify "$repo:1" --policy "$work/mallory.yaml" "${trust[@]}"

# What was not proven is not put in.
refuses "an artifact that nobody signed" 10 "nothing attached to it verifies" init "$MPK_SANDBOX_REGISTRY/init/other:1"
refuses "whom nobody knows" 10 "nothing attached to it verifies" init "$repo:1" --certificate-identity eve@example.com --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER"
refuses "another trusted root" 10 "nothing attached to it verifies" "$MPK" policy init "$repo:1"
refuses "a tag that is not there" 11 "not found" init "$repo:3"
close_steps "policy init"
