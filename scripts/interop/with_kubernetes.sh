#!/usr/bin/env bash
# mpk with a real kube-apiserver: what `mpk k8s` prints, docs/kubernetes.md and docs/deploy/indexed-job.yaml are
# accepted by it, and stay pinned. Needs MPK, MODEL, STEPS_DIR and the peers.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
docs=$here/../../docs
# shellcheck source=scripts/interop/steps.sh
. "$here/steps.sh"
# shellcheck source=scripts/interop/kubernetes.sh
. "$here/kubernetes.sh"
[[ ${1:-} == inside ]] || kubernetes_inside kubernetes "${BASH_SOURCE[0]}"
state=$STEPS_DIR/kubernetes
start_kubernetes kubernetes

# No custom resources come with an API server: KServe's, as far as the YAML needs it.
kubectl apply -f - >/dev/null <<'CRD'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: inferenceservices.serving.kserve.io}
spec:
  group: serving.kserve.io
  names: {kind: InferenceService, plural: inferenceservices, singular: inferenceservice}
  scope: Namespaced
  versions:
    - name: v1beta1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          required: [spec]
          properties:
            spec:
              type: object
              required: [predictor]
              properties:
                predictor:
                  type: object
                  required: [model]
                  x-kubernetes-preserve-unknown-fields: true
CRD
for _ in {1..60}; do
  ! kubectl get inferenceservices >/dev/null 2>&1 || break
  sleep 0.5
done
kubectl create namespace models >/dev/null

ref=$MPK_SANDBOX_REGISTRY/acme/tiny-llama
"$MPK" push "$MODEL" "$ref:1.0" --quiet >/dev/null
digest=$("$MPK" inspect "$ref:1.0" --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["digest"])')
is() { [[ $1 == "$2" ]] || { printf 'found    %s\nexpected %s\n' "$1" "$2"; return 1; }; }
applies() { "$MPK" k8s "$@" >"$state/object.yaml" && kubectl apply -f "$state/object.yaml"; }
has() { is "$(kubectl get "$1" "${@:4}" -o "jsonpath=$2")" "$3"; }

while IFS='|' read -r as object path pinned; do
  "$MPK" k8s "$ref:1.0" --as "$as" --name "as-$as" --quiet >"$state/$as.yaml"
  accepts "--as $as: the API server would take it" kubectl apply --dry-run=server -f "$state/$as.yaml"
  accepts "--as $as: and takes it" kubectl create -f "$state/$as.yaml"
  accepts "--as $as: it names the digest" has "$object/as-$as" "$path" "$pinned"
done <<CASES
image-volume|pod|{.spec.volumes[0].image.reference}|$ref@$digest
csi|pod|{.spec.volumes[0].csi.volumeAttributes.model\.csi\.modelpack\.org/reference}|$ref:1.0@$digest
kserve|inferenceservice|{.spec.predictor.volumes[0].image.reference}|$ref@$digest
CASES
accepts "the name comes from the repository" applies "$ref:1.0"
accepts "the object is there" has pod/tiny-llama '{.spec.containers[0].volumeMounts[0].mountPath}' /models
long=$(printf 'a%.0s' {1..63})
accepts "odd names and paths" applies "$ref:1.0" --name "$long" --namespace models --mount-path "/a b/\"c'#\\" --image 'x.example/y:1'
accepts "arrive as they are" has "pod/$long" '{.spec.containers[0].volumeMounts[0].mountPath}' "/a b/\"c'#\\" --namespace models
accepts "a digit first, in a Pod" applies "$ref:1.0" --name 7b
moves() {
  printf x >"$state/more" && cp -r "$MODEL" "$state/model" && mv "$state/more" "$state/model/more.txt" &&
    "$MPK" push "$state/model" "$ref:1.0" && has pod/as-image-volume '{.spec.volumes[0].image.reference}' "$ref@$digest"
}
accepts "the tag moves, the Pod keeps its digest" moves

# The server does look: without what it must have, or with what it knows not, it refuses.
grep -v 'reference:' "$state/image-volume.yaml" | sed 's/as-image-volume/broken/' >"$state/broken.yaml"
refuses "an image volume without a reference" 1 "reference" kubectl create -f "$state/broken.yaml"
sed 's/as-image-volume/a.b_c/' "$state/image-volume.yaml" >"$state/broken.yaml"
refuses "a name that mpk would refuse, too" 1 "Invalid value" kubectl create -f "$state/broken.yaml"
refuses "mpk refuses it first" 2 "--name" "$MPK" k8s "$ref:1.0" --name a.b_c
refuses "a layout" 2 "can't mount a layout" "$MPK" k8s "oci:$state/layout:1"
refuses "a tag that is not there" 11 "not found" "$MPK" k8s "$ref:2.0"
refuses "csi by digest alone" 2 "by digest alone" "$MPK" k8s "$ref@$digest" --as csi
refuses "csi with a tag that moved" 1 "names sha256:" "$MPK" k8s "$ref:1.0@$digest" --as csi
accepts "an image volume by digest" applies "$ref@$digest" --name by-digest

# What the manual shows.
accepts "docs/deploy/indexed-job.yaml, dry" kubectl apply --dry-run=server -f "$docs/deploy/indexed-job.yaml"
accepts "docs/deploy/indexed-job.yaml" kubectl create -f "$docs/deploy/indexed-job.yaml"
accepts "its job is an indexed one" has job/push-llm '{.spec.completionMode} {.spec.completions}' "Indexed 4"
accepts "what trying again does not mend ends the join" has job/join-llm '{.spec.podFailurePolicy.rules[0].onExitCodes.values}' '[1,2,11]'
sed 's/completionMode: Indexed/completionMode: Index/' "$docs/deploy/indexed-job.yaml" >"$state/broken.yaml"
refuses "another mode" 1 "completionMode" kubectl apply --dry-run=server -f "$state/broken.yaml"
awk '/^```yaml/ { inside = 1; print "---"; next } /^```/ { inside = 0 } inside' "$docs/kubernetes.md" >"$state/docs.yaml"
accepts "docs/kubernetes.md has its examples" test "$(grep -c '^kind:' "$state/docs.yaml")" -ge 3
accepts "docs/kubernetes.md, dry" kubectl apply --dry-run=server -f "$state/docs.yaml"
accepts "docs/kubernetes.md" kubectl create -f "$state/docs.yaml"
close_steps "kubernetes"
