#!/usr/bin/env bash
# What is refused before evidence is weighed: flags, files, policies, references, registries that are not there.
. "$(dirname "$0")/common.sh"
needs_sandbox
repo=$MPK_SANDBOX_REGISTRY/refusals

verify() { "$MPK" verify "$1" "${trust[@]}" "${who[@]}" "${@:2}"; }
"$MPK" ship "$model" "$repo:good" "${signing[@]}" --quiet >/dev/null
accepts "the good artifact" verify "$repo:good"

refuses "no identity given" 2 "--certificate-identity" "$MPK" verify "$repo:good" "${trust[@]}"
refuses "a missing reference" 11 "not found" verify "$repo:nobody"
refuses "a missing layout" 11 "no such directory" verify "oci:$work/nowhere:1"
refuses "an unreachable registry" 3 "connection refused" verify 127.0.0.1:1/m:1
refuses "a missing directory" 2 "nowhere" "$MPK" ship "$work/nowhere" "$repo:x" "${signing[@]}"
refuses "a missing trusted root" 2 "nowhere" "$MPK" verify "$repo:good" --trusted-root "$work/nowhere" "${who[@]}"
printf 'apiVersion: mpk/v1\nname: x\nsigner: []\n' >"$work/policy.yaml"
refuses "a policy with an unknown key" 2 "policy.yaml:3" "$MPK" verify "$repo:good" "${trust[@]}" --policy "$work/policy.yaml"
printf 'apiVersion: mpk/v1\nname: [\n' >"$work/policy.yaml"
refuses "a policy that is no YAML" 2 "policy.yaml:" "$MPK" verify "$repo:good" "${trust[@]}" --policy "$work/policy.yaml"
refuses "a wrong flag" 2 "--certificate-identity" verify "$repo:good" --certificate-identty x
refuses "an unknown command" 2 "did you mean" "$MPK" verfy "$repo:good"
close_steps "usage refusals"
