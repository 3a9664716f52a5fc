#!/usr/bin/env bash
# The gate as a server: what it answers on each path, what it reads again, and how it ends.
. "$(dirname "$0")/common.sh"
needs_sandbox
good_and_bare
mkdir "$work/etc"
gate_policy "$MPK_SANDBOX_IDENTITY" >"$work/etc/policy.yaml"
authority() { # name
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/$1.key" -out "$work/$1.crt" -days 2 \
    -subj "/CN=$1" 2>/dev/null
}
issue() { # authority name usage output
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$4.key" -out "$work/request" -subj "/CN=$2" 2>/dev/null
  openssl x509 -req -in "$work/request" -CA "$work/$1.crt" -CAkey "$work/$1.key" -CAcreateserial -days 2 -out "$4.crt" -extfile <(
    printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=%s\nbasicConstraints=CA:FALSE\n' "$3"
  ) 2>/dev/null
}
authority ca
authority strange
issue ca gate serverAuth "$work/etc/tls"
issue ca api-server clientAuth "$work/client"
issue ca somebody clientAuth "$work/somebody"
issue strange api-server clientAuth "$work/foreign"

serving=
stop() {
  [[ -z $serving ]] || { kill -TERM "$serving" && wait "$serving"; }
  serving=
}
trap 'stop || true; rm -rf "$work"' EXIT
start() { # options…
  : >"$work/talk"
  "$MPK" admit serve --listen 127.0.0.1:0 --tls-cert "$work/etc/tls.crt" --tls-key "$work/etc/tls.key" --policy "$work/etc/policy.yaml" \
    "${trust[@]}" --linger 0 --audit "$work/audit.log" "$@" 2>"$work/talk" &
  serving=$!
  for _ in {1..100}; do
    url=$(sed -n 's/^listening on //p' "$work/talk")
    [[ -z $url ]] || ! grep -q '^policy ' "$work/talk" || return 0
    kill -0 "$serving" || break
    sleep 0.1
  done
  cat "$work/talk"
  return 1
}
ask() { # expected status, path, curl's options…
  local status=$1 path=$2
  shift 2
  is "$(curl --silent --show-error --noproxy '*' --cacert "$work/ca.crt" -o "$work/out" -w '%{http_code}' "$@" "$url$path")" "$status"
}
review() { # path, reference
  printf '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u-7","kind":{"group":"","version":"v1","kind":"Pod"},"operation":"CREATE","namespace":"models","userInfo":{"username":"me"},"object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"volumes":[{"name":"m","image":{"reference":"%s"}}]}}}}' \
    "$2" >"$work/review.json"
  ask 200 "$1" --data-binary "@$work/review.json"
}
holds() { # expression of d, the answer
  python3 - "$work/out" "$1" <<'PYTHON'
import base64, json, sys
d = json.load(open(sys.argv[1], encoding="utf-8"))
r = d.get("response", {})
message = r.get("status", {}).get("message", "")
patch = json.loads(base64.b64decode(r["patch"])) if "patch" in r else []
if not eval(sys.argv[2]):
    sys.exit(f"not so: {sys.argv[2]}\n{d}\n{patch}")
PYTHON
}
measured() { ask 200 /metrics && grep -qxF -- "$1" "$work/out" || { grep -v '^#' "$work/out"; return 1; }; }
measured_soon() { for _ in {1..50}; do measured "$1" >/dev/null && return; sleep 0.1; done; measured "$1"; }
told() { # text: appears among what the server says within five seconds
  for _ in {1..50}; do
    ! grep -qF -- "$1" "$work/talk" || return 0
    sleep 0.1
  done
  cat "$work/talk"
  return 1
}

accepts "it starts, and says where it listens" start
accepts "a signed model by digest is admitted" review "/validate?timeout=5s" "$repo@$digest"
accepts "under its uid" holds 'r["allowed"] is True and r["uid"] == "u-7"'
accepts "one that nobody signed" review "/validate?timeout=5s" "$bare"
accepts "is refused, and why" holds 'r["allowed"] is False and r["status"]["code"] == 403 and "[no-signature]" in message'
accepts "a tag" review "/validate?timeout=5s" "$repo:good"
accepts "is refused" holds '"[tag-not-pinned]" in message'
accepts "/mutate takes it" review "/mutate?timeout=5s" "$repo:good"
accepts "and pins it" holds 'r["allowed"] is True and patch[1]["value"] == "'"$repo@$digest"'"'
accepts "/verify: passed" ask 200 "/verify?reference=$repo@$digest"
accepts "with the whole verdict" holds 'd["kind"] == "Verdict" and d["result"] == "passed"'
accepts "/verify: refused" ask 403 "/verify?reference=$bare"
accepts "/verify: a tag that is not there" ask 403 "/verify?reference=$repo:none"
accepts "/verify: a rule for nobody" ask 403 "/verify?reference=other.example/x@$digest"
accepts "/verify: no reference" ask 400 "/verify"
accepts "Gatekeeper's request" ask 200 /gatekeeper --data-binary \
  '{"apiVersion":"externaldata.gatekeeper.sh/v1beta1","kind":"ProviderRequest","request":{"keys":["'"$repo@$digest"'","'"$bare"'"]}}'
accepts "is answered key by key" holds '[("error" in i) for i in r["items"]] == [False, True] and r["items"][0]["value"]["digest"] == "'"$digest"'"'
accepts "what is no review is refused" ask 200 /validate --data-binary '{"kind":"AdmissionReview","request":{"uid":"u-8"}}'
accepts "under its uid, too" holds 'r["uid"] == "u-8" and r["allowed"] is False and r["status"]["code"] == 400'
accepts "another path" ask 404 /nothing
accepts "another method" ask 405 /validate
accepts "ready" ask 200 /readyz
accepts "each digest was verified once" measured 'mpk_verdicts_total{outcome="passed"} 1'

gate_policy "$MPK_SANDBOX_IDENTITY" >"$work/etc/next" && mv "$work/etc/next" "$work/etc/policy.yaml"
accepts "the same policy again is read" measured_soon 'mpk_reloads_total{what="policy",outcome="taken"} 1'
accepts "and what was decided goes on to hold" ask 200 "/verify?reference=$repo@$digest"
accepts "without another look" measured 'mpk_verdicts_total{outcome="passed"} 1'
gate_policy nobody@example.com >"$work/etc/next" && mv "$work/etc/next" "$work/etc/policy.yaml"
accepts "another policy is read" told "policy read again"
accepts "and counts at once" ask 403 "/verify?reference=$repo@$digest"
printf 'apiVersion: mpk/v1\nsigners: what\n' >"$work/etc/next" && mv "$work/etc/next" "$work/etc/policy.yaml"
accepts "one that is none is told of" told "policy.yaml:2"
accepts "and changes nothing" ask 403 "/verify?reference=$repo@$digest"
accepts "but is counted" measured 'mpk_reloads_total{what="policy",outcome="refused"} 1'
gate_policy "$MPK_SANDBOX_IDENTITY" >"$work/etc/policy.yaml"
passes_soon() { for _ in {1..50}; do ask 200 "/verify?reference=$repo@$digest" >/dev/null && return; sleep 0.1; done; return 1; }
accepts "until it is mended" passes_soon

serial() { openssl s_client -connect "${url#https://}" </dev/null 2>/dev/null | openssl x509 -noout -serial; }
before=$(serial)
issue ca gate serverAuth "$work/etc/next"
mv "$work/etc/next.crt" "$work/etc/tls.crt"
accepts "a certificate without its key changes nothing" told "the certificate stays as it was"
accepts "still the old one" is "$(serial)" "$before"
mv "$work/etc/next.key" "$work/etc/tls.key"
accepts "with its key it is taken" told "certificate read again"
after=$(serial)
accepts "another one" test "$after" != "$before"
accepts "and serves" ask 200 /healthz
ends() { kill -TERM "$serving" && wait "$serving"; }
accepts "SIGTERM ends it with 0" ends
serving=
accepts "the audit log has a line of JSON for each decision" python3 -c '
import json, sys
lines = [json.loads(l) for l in open(sys.argv[1])]
assert {l["outcome"] for l in lines} >= {"allowed", "refused"}, lines
assert any(l.get("user") == "me" and sys.argv[2] in l["references"][0] for l in lines), lines' "$work/audit.log" "$digest"

accepts "with authorities for clients" start --client-ca "$work/ca.crt" --client-name api-server --probe-listen 127.0.0.1:0
refuses "nobody without a certificate" any "curl" ask 200 /healthz
refuses "none of a strange authority" any "curl" ask 200 /healthz --cert "$work/foreign.crt" --key "$work/foreign.key"
accepts "who is named may ask" ask 200 "/verify?reference=$repo@$digest" --cert "$work/client.crt" --key "$work/client.key"
accepts "another of the same authority may not" ask 403 "/verify?reference=$repo@$digest" --cert "$work/somebody.crt" --key "$work/somebody.key"
probes=$(sed -n 's/^probes and metrics on port //p' "$work/talk")
accepts "probes need none" curl -sf --noproxy '*' "http://127.0.0.1:$probes/readyz"
refuses "and judge nothing" any "404" curl -sSf --noproxy '*' "http://127.0.0.1:$probes/verify?reference=$repo@$digest"
stop

"$MPK" key generate --output "$work/key" --insecure-no-password --quiet >/dev/null
cp "$work/key.pub" "$work/etc/signer.pub"
cat >>"$work/etc/policy.yaml" <<POLICY
attestations: [{type: slsaprovenance1, signers: [{keyFile: signer.pub}, {identity: $MPK_SANDBOX_IDENTITY, issuer: "$MPK_SANDBOX_ISSUER"}]}]
POLICY
accepts "with a policy that names a key's file" start
accepts "which passes" ask 200 "/verify?reference=$repo@$digest"
printf 'no key\n' >"$work/etc/signer.pub"
accepts "a change of that file is noticed, too" told "expected a public key"
"$MPK" key generate --output "$work/other" --insecure-no-password --quiet >/dev/null
cp "$work/other.pub" "$work/etc/signer.pub"
accepts "and is another policy" told "policy read again"
stop

serve() { "$MPK" admit serve "$@"; }
pair=(--tls-cert "$work/etc/tls.crt" --tls-key "$work/etc/tls.key")
refuses "without a policy" 2 "--policy" serve --listen 127.0.0.1:0 "${pair[@]}"
refuses "without a place" 2 "--listen" serve "${pair[@]}" --policy "$work/etc/policy.yaml"
refuses "without a key" 2 "--tls-key" serve --listen 127.0.0.1:0 --tls-cert "$work/etc/tls.crt" --policy "$work/etc/policy.yaml"
refuses "a key of another certificate" 2 "tls-" serve --listen 127.0.0.1:0 --tls-cert "$work/etc/tls.crt" --tls-key "$work/client.key" --policy "$work/etc/policy.yaml"
refuses "no address" 2 "ADDRESS:PORT" serve --listen here "${pair[@]}" --policy "$work/etc/policy.yaml"
refuses "no time" 2 "--deadline" serve --listen 127.0.0.1:0 "${pair[@]}" --policy "$work/etc/policy.yaml" --deadline soon
refuses "no number" 2 "--workers" serve --listen 127.0.0.1:0 "${pair[@]}" --policy "$work/etc/policy.yaml" --workers 0
refuses "the policy from standard input" 2 "standard input" serve --listen 127.0.0.1:0 "${pair[@]}" --policy -
refuses "an audit log nowhere" 3 "/nowhere" serve --listen 127.0.0.1:0 "${pair[@]}" --policy "$work/etc/policy.yaml" "${trust[@]}" --audit /nowhere/log
refuses "an address of somebody else" 3 "192.0.2.1" serve --listen 192.0.2.1:0 "${pair[@]}" --policy "$work/etc/policy.yaml" "${trust[@]}" --audit none
close_steps "admit serve"
