#!/usr/bin/env bash
# One AdmissionReview in, one answer out: what the gate lets pass, pins and refuses, with real bytes behind it.
. "$(dirname "$0")/common.sh"
needs_sandbox
good_and_bare
gate_policy "$MPK_SANDBOX_IDENTITY" >"$work/policy.yaml"
sed "s|$MPK_SANDBOX_REGISTRY/gate|127.0.0.1:1/gate|" "$work/policy.yaml" >"$work/down.yaml"

# A Pod that mounts $1 as an image volume, or the object $1 itself.
object() {
  [[ $1 == \{* ]] && { printf '%s' "$1"; return; }
  printf '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"nginx:1"}],"volumes":[{"name":"m","image":{"reference":"%s"}}]}}' "$1"
}
review() { # expected code, object or reference, options…
  local code=$1 found=0 what=$2
  shift 2
  printf '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u-7","kind":{"group":"","version":"v1","kind":"Pod"},"resource":{"group":"","version":"v1","resource":"pods"},"operation":"CREATE","namespace":"%s","userInfo":{"username":"me"},"object":%s}}' \
    "${namespace:-models}" "$(object "$what")" >"$work/review.json"
  "$MPK" admit review --policy "$work/${policy:-policy}.yaml" "${trust[@]}" "$@" <"$work/review.json" >"$work/out" 2>"$work/err" || found=$?
  is "$found" "$code"
}
holds() { # expression of r, the response
  python3 - "$work/out" "$1" <<'PYTHON'
import base64, json, sys
review = json.load(open(sys.argv[1], encoding="utf-8"))
r = review["response"]
assert review["kind"] == "AdmissionReview" and review["apiVersion"] == "admission.k8s.io/v1"
patch = json.loads(base64.b64decode(r["patch"])) if "patch" in r else []
if not eval(sys.argv[2], {"r": r, "patch": patch, "message": r.get("status", {}).get("message", "")}):
    sys.exit(f"not so: {sys.argv[2]}\n{review}\n{patch}")
PYTHON
}

accepts "a signed model by digest is admitted" review 0 "$repo@$digest"
accepts "with the request's uid, and nothing else to say" holds 'r["uid"] == "u-7" and r["allowed"] is True and "patch" not in r'
accepts "a tag is refused" review 1 "$repo:good"
accepts "and told why, with its place" holds 'r["allowed"] is False and r["status"]["code"] == 403 and "/spec/volumes/0/image/reference" in message and "tag-not-pinned" in message'
accepts "--pin puts the verified digest behind it" review 0 "$repo:good" --pin
accepts "by a patch that tests first" holds '[p["op"] for p in patch] == ["test", "replace"] and patch[1]["value"] == "'"$repo@$digest"'"'
accepts "--insecure-allow-tags takes it as it is" review 0 "$repo:good" --insecure-allow-tags
annotated() { # annotations as JSON members
  printf '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","annotations":{%s}},"spec":{"containers":[{"name":"c","image":"nginx:1"}],"volumes":[{"name":"m","image":{"reference":"%s"}}]}}' "$1" "${2:-$repo@$digest}"
}
signer="\"mpk/certificate-oidc-issuer\":\"$MPK_SANDBOX_ISSUER\",\"mpk/certificate-identity\""
accepts "an annotation that names the signer is met" review 0 "$(annotated "$signer:\"$MPK_SANDBOX_IDENTITY\"")"
accepts "one that names another is not" review 1 "$(annotated "$signer:\"other@example.com\"")"
accepts "and its code says so" holds '"[annotation-signer]" in message and "other@example.com" in message'
accepts "an SLSA level that nobody vouches for is not reached" review 1 "$(annotated '"mpk/slsa-level":"3"')"
accepts "with its code" holds '"[annotation-slsa-level]" in message'
accepts "where tags are pinned an object may demand digests" review 1 "$(annotated '"mpk/require-digest":"true"' "$repo:good")" --pin
accepts "a gate that warns refuses what demands it" review 1 "$(annotated '"mpk/enforce":"true"' "$bare")" --warn
accepts "an annotation cannot switch the gate off" review 1 "$(annotated '"mpk/skip":"true"')"
accepts "and is named" holds '"mpk/skip: not known [annotation]" in message'
accepts "nor make it milder" review 1 "$(annotated '"mpk/require-digest":"false"')"
accepts "annotations of others are nobody's business" review 0 "$(annotated '"example.com/skip":"true"')"

accepts "a model that nobody signed is refused" review 1 "$bare"
accepts "for that" holds '"no-signature" in message'
accepts "a digest that is not there is refused" review 1 "$repo@sha256:$(printf '0%.0s' {1..64})"
policy=down accepts "a registry that is down is undecided, and refused" review 3 "127.0.0.1:1/gate/x@$digest"
accepts "with 503" holds 'r["allowed"] is False and r["status"]["code"] == 503'
accepts "an image volume that no rule is about is refused" review 1 "docker.io/library/nginx@$digest"
accepts "for that, too" holds '"no-rule" in message'
accepts "a container's image that no rule is about passes" review 0 '{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"c","image":"nginx:1"}]}}'
accepts "but with --refuse-other-images" review 1 '{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"c","image":"nginx:1"}]}}' --refuse-other-images
accepts "a template in a kind that nobody knows is found" review 1 '{"apiVersion":"x.example/v9","kind":"Thing","spec":{"deep":[{"template":{"spec":{"containers":[{"name":"c","image":"'"$bare"'"}]}}}]}}'
accepts "KServe's address is found" review 1 '{"apiVersion":"serving.kserve.io/v1beta1","kind":"InferenceService","spec":{"predictor":{"model":{"storageUri":"oci://'"$bare"'"}}}}'
accepts "--warn allows it" review 0 "$bare" --warn
accepts "with a warning" holds 'r["allowed"] is True and "no-signature" in r["warnings"][0]'
namespace=kube-system accepts "kube-system is exempt" review 0 "$bare"
namespace=own accepts "another namespace is not" review 1 "$bare"
namespace=own accepts "unless it is named" review 0 "$bare" --exempt own

# What a workload wires its agent to, against the pins in the signed aiBOM.
agents=$MPK_SANDBOX_REGISTRY/gate/agent
printf '{"mcpServers":{"shop":{"url":"https://shop.example/mcp"}}}' >"$work/mcp.json"
"$MPK" ship "$model" "$agents:1" "${signing[@]}" --quiet >/dev/null
pinned=$agents@$(digest_of "$agents:1")
"$MPK" aibom create "$agents:1" --quiet -o "$work/bom.json"
"$MPK" agent pin --aibom "$work/bom.json" -o "$work/bom.json" --mcp "$work/mcp.json" --quiet
sleep 1 # the newest counts
"$MPK" attest "$pinned" --type cyclonedx --predicate "$work/bom.json" "${signing[@]}" --quiet >/dev/null
wires() { # address
  printf '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"agent:1","env":[{"name":"MCP_SERVER","value":"%s"}]}],"volumes":[{"name":"m","image":{"reference":"%s"}}]}}' "$1" "$pinned"
}
accepts "a pinned MCP server may be wired in" review 0 "$(wires https://shop.example/mcp)" --pinned-agents
accepts "a shadow one may not" review 1 "$(wires https://shadow.example/mcp)" --pinned-agents
accepts "and is named" holds '"https://shadow.example/mcp" in message and "[agent-not-pinned]" in message and "/spec/containers/0/env/0/value" in message'
accepts "nor any where no aiBOM pins one" review 1 "$(pinned=$repo@$digest wires https://shop.example/mcp)" --pinned-agents
config='{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"mcp.json":"{\"mcpServers\":{\"shop\":{\"url\":\"https://shop.example/mcp\"}}}"}}'
accepts "a ConfigMap names no model" review 1 "$config" --pinned-agents
accepts "the gate's own counts then" review 0 "$config" --pinned-agents --agent-model "$pinned"
refuses "that has no digest" 2 "--agent-model" "$MPK" admit review --policy "$work/policy.yaml" "${trust[@]}" --pinned-agents --agent-model "$agents:1" "$work/review.json"

printf '{"kind":"AdmissionReview","request":{"uid":"u-8"}}' >"$work/broken.json"
broken() {
  local found=0
  "$MPK" admit review --policy "$work/policy.yaml" "${trust[@]}" "$work/broken.json" >"$work/out" 2>"$work/err" || found=$?
  is "$found" 2
}
accepts "what is no review is refused" broken
accepts "under its uid, with 400" holds 'r["uid"] == "u-8" and r["allowed"] is False and r["status"]["code"] == 400'
refuses "without a policy nothing is judged" 2 "--policy" "$MPK" admit review "$work/review.json"
close_steps "admit review"
