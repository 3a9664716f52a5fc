#!/usr/bin/env bash
# `mpk admit serve` behind a real kube-apiserver, deployed as docs/deploy/gate says: that YAML unchanged, the servers
# with the Deployment's own arguments at the Service's own address. Needs MPK, MODEL, STEPS_DIR and the peers.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
docs=$(cd "$here/../../docs" && pwd)
# shellcheck source=scripts/interop/steps.sh
. "$here/steps.sh"
# shellcheck source=scripts/interop/kubernetes.sh
. "$here/kubernetes.sh"
[[ ${1:-} == inside ]] || kubernetes_inside gate "${BASH_SOURCE[0]}" kustomize curl
state=$STEPS_DIR/gate
mkdir -p "$state/bin" "$state/objects"
ln -sf "$MPK" "$state/bin/mpk"
export PATH=$state/bin:$PATH
cd "$state"
# shellcheck source=scripts/interop/gate_steps.sh
. "$here/gate_steps.sh"

# A client certificate for the API server, which it shows to whoever asks for one.
make_authority client-ca
make_leaf client-ca kube-apiserver clientAuth
make_leaf client-ca stranger clientAuth
cat >admission.yaml <<CONFIG
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - name: ValidatingAdmissionWebhook
    configuration: {apiVersion: apiserver.config.k8s.io/v1, kind: WebhookAdmissionConfiguration, kubeConfigFile: $state/admission.kubeconfig}
  - name: MutatingAdmissionWebhook
    configuration: {apiVersion: apiserver.config.k8s.io/v1, kind: WebhookAdmissionConfiguration, kubeConfigFile: $state/admission.kubeconfig}
CONFIG
cat >admission.kubeconfig <<CONFIG
apiVersion: v1
kind: Config
users:
  - name: mpk-gate.mpk-system.svc
    user: {client-certificate: $state/kube-apiserver.crt, client-key: $state/kube-apiserver.key}
CONFIG
start_kubernetes gate --admission-control-config-file="$state/admission.yaml"
definitions | kubectl apply -f - >/dev/null
for _ in {1..60}; do
  ! kubectl get imagepulljobs,clusterspiffeids,validatingpolicies >/dev/null 2>&1 || break
  sleep 0.5
done

# What is signed, and what is not.
repo=$MPK_SANDBOX_REGISTRY/gate/tiny
mpk ship "$MODEL" "$repo:good" --signing-config "$MPK_SANDBOX_DIR/signing-config.json" --trusted-root "$MPK_SANDBOX_DIR/trusted-root.json" --quiet >/dev/null
good=$repo@$(digest_of "$repo:good")
mpk push "$MODEL" "$MPK_SANDBOX_REGISTRY/gate/bare:1" --quiet >/dev/null
bare=$MPK_SANDBOX_REGISTRY/gate/bare@$(digest_of "$MPK_SANDBOX_REGISTRY/gate/bare:1")
down=127.0.0.1:1/gate/tiny@${good#*@}
hanging=127.0.0.1:19999/gate/tiny@${good#*@}

# As the guide says: a copy, a certificate, the rules.
ln -s "$docs" docs
accepts "the guide: a copy" guide "A copy"
accepts "the guide: a certificate" guide "A certificate"
write_policy "$MPK_SANDBOX_REGISTRY/gate/**" >gate/rules/policy.yaml
cp "$MPK_SANDBOX_DIR/trusted-root.json" gate/rules/trusted_root.json
accepts "the guide: the policy is one" guide "The rules"
accepts "each group of docs/admission.md is in the webhook's rules" groups_are_listed
accepts "all but the webhooks is applied" deploys gate -l 'app.kubernetes.io/component!=webhook'
refuses "no webhook yet" 1 "not found" kubectl get validatingwebhookconfiguration mpk-gate
accepts "all of it is applied" deploys gate
cp client-ca.crt gate/client-certificates/
while IFS='|' read -r name components; do
  variant "$name" "$components"
  accepts "$name: the API server would take it" dry_run "$name"
done <<'VARIANTS'
a trial that pins|warn pin certificate
for the API server alone|client-certificates certificate
with cert-manager|pin cert-manager
with SPIFFE|pin spiffe
VARIANTS
accepts "with cert-manager both webhooks get its authority" test "$(grep -c 'cert-manager.io/inject-ca-from: mpk-system/mpk-gate' "with cert-manager.yaml")" = 2
accepts "pinning is about the same objects" same_rules "a trial that pins.yaml"
accepts "kyverno.yaml" kubectl apply --dry-run=server -f gate/kyverno.yaml
kubectl create namespace argocd >/dev/null
accepts "argo-cd.yaml" kubectl apply --dry-run=server -f gate/argo-cd.yaml

# The Service's address is this machine's. Nobody listens there yet.
address=$(kubectl get service mpk-gate --namespace mpk-system -o 'jsonpath={.spec.clusterIP}')
ip address add "$address/32" dev lo
pod() { # name reference
  printf '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s"},"spec":{"containers":[{"name":"c","image":"nginx:1"}],"volumes":[{"name":"m","image":{"reference":"%s"}}]}}' "$@"
}
creates() { pod "$1" "$2" | kubectl create -f - "${@:3}"; }
tries() { pod "$1" "$2" | kubectl create --dry-run=server -f - "${@:3}"; }
without_a_gate() { # why
  refuses "$1: a Pod is refused" 1 "failed calling webhook" tries any "$good"
  accepts "$1: kube-system goes on" tries any "$bare" --namespace kube-system
  accepts "$1: the gate's own Pods start" own_pod
  accepts "$1: what can't name a model goes on" kubectl create configmap any --dry-run=server
}
for _ in {1..50}; do # the API server hears of its own objects a moment later
  tries any "$good" >/dev/null 2>&1 || break
  sleep 0.1
done
allow_quota
without_a_gate "no gate yet"

start_gate
accepts "the gate is ready" is_ready
accepts "a signed model by digest is admitted" creates signed "$good"
number=0
while IFS='|' read -r version kind _ pointer rest; do
  [[ $version != \#* ]] || continue
  number=$((number + 1))
  object() { printf '{"apiVersion":"%s","kind":"%s","metadata":{"name":"%s-%s"},%s}' "$version" "$kind" "$1" "$number" "${rest//REF/$2}"; }
  object good "$good" >"objects/$number-good.json"
  object bad "$bare" >"objects/$number-bad.json"
  accepts "$kind $pointer: signed" kubectl create -f "objects/$number-good.json"
  accepts "$kind $pointer: unsigned" refused_at "$bare ($pointer)" no-signature kubectl create -f "objects/$number-bad.json"
done <"$here/gate_objects.txt"
accepts "40 objects and more" test "$number" -ge 40

# What else can be said of a reference.
refuses "a tag" 1 "tag-not-pinned" tries any "$repo:good"
refuses "a digest that is not there" 1 "not found" tries any "$repo@sha256:$(printf '0%.0s' {1..64})"
refuses "an image volume that no rule is about" 1 "no-rule" tries any "docker.io/library/nginx@${good#*@}"
accepts "a container's image that no rule is about" kubectl run any --image=nginx --dry-run=server
refuses "a dry run says so, too" 1 "no-signature" tries any "$bare"
accepts "kube-system is not asked about" tries any "$bare" --namespace kube-system
accepts "a kind that the rules do not name is not, either" kubectl create -f <(printf '{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"any"},"spec":{"containers":[{"image":"%s"}]}}' "$bare")
creates debugged "$good" >/dev/null
accepts "a debugging container by another's image" debug nginx
accepts "an ephemeral container of an unsigned image is refused" refused_at "$bare (/spec/ephemeralContainers/0/image)" no-signature debug "$bare"
sed "s|$good|$bare|" objects/9-good.json >objects/changed.json
accepts "an update that brings an unsigned model is refused" refused_at "$bare (/spec/template/spec/volumes/0/image/reference)" no-signature kubectl replace -f objects/changed.json
accepts "an update of something else is not" kubectl label deployment good-9 a=b
accepts "the audit log: JSON, who and which digest" audit_is_json

# Trouble with registries: refused, and within the webhook's 10 s.
accepts "a registry that is down: refused by mpk, at once" refused_within 3000 "connection refused" "$down"
python3 -c 'import socket, time
s = socket.create_server(("127.0.0.1", 19999))
held = []
while True: held.append(s.accept())' &
hanger=$!
until_open 127.0.0.1 19999
accepts "a registry that never answers: refused by mpk, in time" refused_within 11000 "denied the request" "$hanging"

# The rules change.
write_policy "$MPK_SANDBOX_REGISTRY/other/**" >gate/rules/policy.yaml
project policy gate/rules/policy.yaml
accepts "a new policy is read" until_metric "mpk_policy_info{name=\"cluster\",digest=\"sha256:$(sha256sum <gate/rules/policy.yaml | cut -c 1-64)\"}"
refuses "and judged by, also what was remembered" 1 "no-rule" tries any "$good"
write_policy "$MPK_SANDBOX_REGISTRY/gate/**" >gate/rules/policy.yaml
project policy gate/rules/policy.yaml
accepts "the first one again" until_passes tries any "$good"
echo 'apiVersion: mpk/v9' >broken.yaml
project policy broken.yaml policy.yaml
accepts "a broken one is said to be" until_metric 'mpk_reloads_total{what="policy",outcome="refused"}'
accepts "and the old one stays" tries any "$good"
refuses "with all it refuses" 1 "no-signature" tries any "$bare"
accepts "it is still ready" is_ready
project policy gate/rules/policy.yaml

# The certificate changes twice while objects come.
under_load rotate_twice
accepts "a certificate that changes twice: nothing is lost" all_admitted 20
accepts "and the new one is served" serves_the_new_one

# Replicas go and come.
stop_gate
without_a_gate "all replicas are gone"
start_gate
accepts "a restarted gate admits again" creates restarted "$good"
stop_gate
start_pair
under_load first_goes
accepts "one of two replicas leaves: nothing is lost" all_admitted 20
accepts "and a request that it was busy with is answered" answered_by_mpk
stop_pair
kill "$hanger"

# Only the API server may ask.
start_gate --client-ca="$state/client-ca.crt" --client-name=kube-apiserver
accepts "the API server shows its certificate" tries any "$good"
refuses "no certificate, no connection" any "" ask
refuses "another's name" any "403" ask --cert stranger.crt --key stranger.key
accepts "the API server's" ask --cert kube-apiserver.crt --key kube-apiserver.key
stop_gate

# A trial: everything passes, and whoever asks is told.
start_gate --warn
accepts "a trial warns" warned creates warned "$bare"
stop_gate
start_gate
accepts "what came in that way may still be changed" kubectl label pod warned a=b

# Pinning.
accepts "pinning is applied" deploys "a trial that pins"
accepts "a tag is pinned" until_passes creates pinned "$repo:good"
accepts "to its digest" volume_is pinned "$good"
cp -r "$MODEL" moved && echo moved >moved/more.txt && mpk push moved "$repo:good" --quiet >/dev/null
accepts "the tag moves, the object keeps its digest" volume_is pinned "$good"
refuses "what the tag names now is not signed" 1 "no-signature" tries any "$repo:good"
accepts "the guide: good and bad" guide_objects
close_steps "gate"
