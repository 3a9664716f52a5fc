#!/usr/bin/env bash
# Inside `mpk sandbox run`: the Open Policy Agent refuses verdicts, as a program and as a server, and docs/policies pass their tests.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/steps.sh"
policies=$(cd "$here/../.." && pwd)/docs/policies
work=$STEPS_DIR/opa
mkdir -p "$work/rules" "$work/bin"
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY

accepts "opa test docs/policies" opa test "$policies"
accepts "opa check --strict" opa check --strict "$policies"
accepts "opa fmt" test -z "$(opa fmt -l "$policies")"
for rule in "$policies"/*.rego; do
  [[ $rule == *_test.rego ]] || accepts "${rule##*/} compiles alone" opa check "$rule"
done

dir=$MPK_SANDBOX_DIR
ref=$MPK_SANDBOX_REGISTRY/models/tiny
"$MPK" ship "$MODEL" "$ref:1.0" --signing-config "$dir/signing-config.json" --trusted-root "$dir/trusted-root.json" --quiet >/dev/null
verify=("$MPK" verify "$ref:1.0" --trusted-root "$dir/trusted-root.json"
  --certificate-identity "$MPK_SANDBOX_IDENTITY" --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER")
result() { "$@" --format json 2>/dev/null | python3 -c 'import json, sys; v = json.load(sys.stdin); print(v["result"], v["exitCode"], *(c["code"] for c in v["checks"] if c["id"] == "rego"))'; }
says() { # expected command…
  local expected=$1 found
  shift
  found=$(result "$@")
  [[ $found == "$expected" ]] || { printf 'found    %s\nexpected %s\n' "$found" "$expected"; return 1; }
}

# What a user has copied from the library and made his own.
cp "$policies"/{licenses,freshness,no_waivers,pinned}.rego "$work/rules"
sed -i "s|\"ghcr.io/acme/\"|\"$MPK_SANDBOX_REGISTRY/models/\"|" "$work/rules/pinned.rego"
digest=$("$MPK" inspect "$ref:1.0" --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["digest"])')
pinned=("${verify[@]}")
pinned[2]=$ref@$digest
accepts "rules that let it pass" "${pinned[@]}" --rego "$work/rules"
accepts "as JSON" says "passed 0 " "${pinned[@]}" --rego "$work/rules"
refuses "the same by a tag, by the rule's message" 1 "$ref:1.0 is a tag" "${verify[@]}" --rego "$work/rules"
accepts "and by its code" says "refused 1 rego-denied" "${verify[@]}" --rego "$work/rules"
refuses "rules about another registry" 1 "in none of our registries" "${pinned[@]}" --rego "$policies/pinned.rego"
refuses "no build level without a policy that gives one" 1 "not built at SLSA build level" "${pinned[@]}" --rego "$policies/slsa_level.rego"
refuses "mpk pull asks, too" 1 "not built" "$MPK" pull "$ref:1.0" -o "$work/out" "${verify[@]:3}" --rego "$policies/sources.rego"
accepts "before it fetches" test ! -e "$work/out"
refuses "an entry that another refuses, too, keeps that one's code" 12 "not built" "$MPK" verify "$ref:1.0" \
  --trusted-root "$dir/trusted-root.json" --certificate-identity eve@example.com \
  --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER" --rego "$policies/sources.rego"

printf 'package mpk\n\ndeny contains "no" if\n' >"$work/broken.rego"
refuses "rules that do not parse" 2 "broken.rego" "${verify[@]}" --rego "$work/broken.rego"
printf 'package mpk\n\ndeny contains x if input.a\n' >"$work/unsafe.rego"
refuses "rules that do not compile" 2 "var x is unsafe" "${verify[@]}" --rego "$work/unsafe.rego"
refuses "rules that are not there" 2 "nowhere.rego" "${verify[@]}" --rego "$work/nowhere.rego"
printf 'package other\n\ndeny contains "no" if false\n' >"$work/other.rego"
refuses "rules in another package" 3 "data.mpk.deny is undefined" "${verify[@]}" --rego "$work/other.rego"
printf 'package mpk\n\ndeny := true\n' >"$work/boolean.rego"
refuses "a deny that is no set" 3 "no set or list" "${verify[@]}" --rego "$work/boolean.rego"
printf 'package mpk\n\ndeny contains "old" if time.parse_rfc3339_ns(input.kind) < 0\n' >"$work/failing.rego"
refuses "a built-in function that fails" 3 "parse_rfc3339_ns" "${verify[@]}" --rego "$work/failing.rego"
mkdir -p "$work/a b:c%20#"
cp "$work/rules/licenses.rego" "$work/a b:c%20#/a.rego"
accepts "a directory with an odd name" says "passed 0 " "${verify[@]}" --rego "$work/a b:c%20#"
mkdir -p "$work/data"
printf 'package mpk\n\ndeny contains data.reason if true\n' >"$work/data/a.rego"
printf '{"reason": "the data says so"}' >"$work/data/data.json"
refuses "data beside the rules" 1 "the data says so" "${verify[@]}" --rego "$work/data"

refuses "no opa on PATH" 3 "opa is not there" env PATH="$work/bin" "${verify[@]}" --rego "$work/rules"
refuses "no opa at that path" 3 "install it" "${verify[@]}" --rego "$work/rules" --opa "$work/bin/opa"
accepts "opa by its path" says "passed 0 " "${pinned[@]}" --rego "$work/rules" --opa "$(command -v opa)"
printf '#!/bin/sh\nexec sleep 60\n' >"$work/bin/slow"
chmod +x "$work/bin/slow"
refuses "an opa that does not end" 3 "slow" "${verify[@]}" --rego "$work/rules" --opa "$work/bin/slow"

port=18282
opa run --server --addr "127.0.0.1:$port" --log-level error "$work/rules" >"$work/server.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
for _ in {1..100}; do
  ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  sleep 0.1
done
accepts "a server lets it pass" says "passed 0 " "${pinned[@]}" --opa "http://127.0.0.1:$port"
refuses "a server refuses, by its rule's message" 1 "$ref:1.0 is a tag" "${verify[@]}" --opa "http://127.0.0.1:$port/"
refuses "a path where no server's data is" 3 "404" "${verify[@]}" --opa "http://127.0.0.1:$port/elsewhere"
refuses "a server with rules of its own takes none" 2 "--rego beside a server" "${verify[@]}" --rego "$work/rules" --opa "http://127.0.0.1:$port"
refuses "http to another machine" 2 "not https" "${verify[@]}" --opa "http://opa.example:8181"
kill "$server"
wait "$server" 2>/dev/null || true
refuses "a server that is down" 3 "127.0.0.1:$port" "${verify[@]}" --opa "http://127.0.0.1:$port"

# What `mpk policy export --to gatekeeper` prints, in Gatekeeper's own engine. gator asks no provider: in place of its
# answer stands one that lets a single reference pass.
digest=sha256:$(printf '0%.0s' {1..64})
cat >"$work/gate.yaml" <<POLICY
apiVersion: mpk/v1
name: gate
match: ["ghcr.io/acme/**"]
signers: [{identity: a@example.com, issuer: "https://a.example"}]
POLICY
mkdir -p "$work/gator"
"$MPK" policy export "$work/gate.yaml" --to gatekeeper |
  sed -e 's/external_data(/answer_to(/' -e "s|^        # A tag may name|        answer_to(_) = {\"responses\": [[\"ghcr.io/acme/good@$digest\", {\"verdict\": \"passed\"}]], \"errors\": [], \"system_error\": \"\"}\n\n&|" |
  awk -v dir="$work/gator" '/^---$/ { n++; next } n > 1 { print > (dir "/" n ".yaml") }'
pod() { # reference of an image volume
  printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: default}\nspec:\n  containers: [{name: c, image: "nginx:1"}]\n  volumes: [{name: m, image: {reference: "%s"}}]\n' "$1" >"$work/pod.yaml"
  gator test -f "$work/gator/2.yaml" -f "$work/gator/3.yaml" -f "$work/pod.yaml"
}
accepts "Gatekeeper: a reference that has passed" pod "ghcr.io/acme/good@$digest"
refuses "Gatekeeper: one that nobody answered for" 1 "mpk has not answered that it has passed" pod "ghcr.io/acme/bad@$digest"
refuses "Gatekeeper: a tag" 1 "has no digest" pod ghcr.io/acme/good:1
close_steps "opa"
