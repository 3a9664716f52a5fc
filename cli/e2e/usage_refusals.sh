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
refuses "a missing layout" 2 "no such directory" verify "oci:$work/nowhere:1"
refuses "an unreachable registry" 3 "connection refused" verify 127.0.0.1:1/m:1
refuses "a missing directory" 2 "nowhere" "$MPK" ship "$work/nowhere" "$repo:x" "${signing[@]}"
refuses "a missing trusted root" 2 "nowhere" "$MPK" verify "$repo:good" --trusted-root "$work/nowhere" "${who[@]}"
printf 'apiVersion: mpk/v1\nname: x\nsigner: []\n' >"$work/policy.yaml"
refuses "a policy with an unknown key" 2 "policy.yaml:3" "$MPK" verify "$repo:good" "${trust[@]}" --policy "$work/policy.yaml"
printf 'apiVersion: mpk/v1\nname: [\n' >"$work/policy.yaml"
refuses "a policy that is no YAML" 2 "policy.yaml:" "$MPK" verify "$repo:good" "${trust[@]}" --policy "$work/policy.yaml"
refuses "a wrong flag" 2 "--certificate-identity" verify "$repo:good" --certificate-identty x
refuses "an unknown command" 2 "did you mean" "$MPK" verfy "$repo:good"

# Where to write is judged before the work.
printf x >"$work/file"
refuses "pull into a file's place" 2 "not a directory" "$MPK" pull "$repo:good" -o "$work/file"
refuses "pull below a file" 2 "is no directory" "$MPK" pull "$repo:good" -o "$work/file/model"
refuses "an aiBOM into a missing directory" 2 "no such directory" "$MPK" aibom create "$model" -o "$work/none/bom.json"
refuses "an aiBOM onto a directory" 2 "a directory" "$MPK" aibom create "$model" -o "$work"
refuses "provenance into a missing directory" 2 "no such directory" "$MPK" provenance create -o "$work/none/p.json"
refuses "a sandbox in a file's place" 2 "not a directory" "$MPK" sandbox run --dir "$work/file" -- true
accepts "an aiBOM into a pipe" test -n "$("$MPK" aibom create "$model" --quiet -o /dev/stdout | field bomFormat)"

# References.
refuses "a path for a reference" 2 "a path" "$MPK" inspect ./tl
refuses "a registry alone" 2 "without a repository" "$MPK" list ghcr.io
refuses "a word alone" 2 "no reference" "$MPK" inspect tl
refuses "a layout's tag that is none" 2 "is no tag" "$MPK" pack "$model" -t "oci:$work/l:bad/tag"
accepts "nothing was made" absent "$work/l:bad"
refuses "an empty directory name" 2 "DIR is empty" "$MPK" pack "" -t "oci:$work/l:1"
refuses "an empty option" 2 "--tag needs a value: REF" "$MPK" pack "$model" --tag=
accepts "a tag is latest by default" "$MPK" pack "$model" -t "oci:$work/default"
cp "$STEPS_DIR/output" "$work/talk"
accepts "the tag is printed" grep -qF "oci:$work/default:latest@sha256:" "$work/talk"
for command in inspect tree; do accepts "$command without a tag" "$MPK" "$command" "oci:$work/default"; done
accepts "pull without a tag" "$MPK" pull "oci:$work/default" -o "$work/pulled"
refuses "verify without a tag" 10 "no signature" verify "oci:$work/default"
refuses "rm without a tag" 2 "neither a tag nor a digest" "$MPK" rm "oci:$work/default"
refuses "rm --local of a digest" 2 "--local removes a name" "$MPK" rm --local "$repo@sha256:$(printf '0%.0s' {1..64})"

# Kubernetes: what can't be mounted, and names that it would refuse; nothing is half printed.
k8s() { "$MPK" k8s "$repo:good" "$@"; }
accepts "k8s" k8s
accepts "k8s --format json has a kind" is "$(k8s --format json 2>/dev/null | field kind)" KubernetesObject
accepts "only YAML goes to standard output" is "$(k8s --as csi 2>/dev/null | grep -vc '^ *[-#"a-zA-Z]')" 0
refuses "k8s of a layout" 2 "can't mount a layout" "$MPK" k8s "oci:$work/default:latest"
refuses "k8s for somebody else" 2 "image-volume" k8s --as helm
refuses "a name with a capital" 2 "--name" k8s --name Llm
refuses "a path with a colon" 2 "--mount-path" k8s --mount-path /a:b
refuses "a format without KServe" 2 "--as kserve only" k8s --model-format onnx
refuses "a driver without CSI" 2 "--as csi only" k8s --csi-driver a.example
accepts "a refusal prints no YAML" is "$(k8s --name Llm 2>/dev/null)" ""

# Provenance by hand.
provenance() { "$MPK" provenance create "$@"; }
commit=$(printf 'a%.0s' {1..40})
accepts "a commit with its source" provenance --source-uri git+https://example.com/t --source-commit "$commit"
refuses "a commit alone" 2 "without a source" provenance --source-commit "$commit"
refuses "a short commit" 2 "40 or 64" provenance --source-uri git+https://example.com/t --source-commit abc123
refuses "a builder that is no URI" 2 "--builder-id" provenance --builder-id "our builder"
refuses "the same with ship" 2 "--builder-id" "$MPK" ship "$model" "$repo:p" "${signing[@]}" --builder-id "our builder"

# A tag beside a digest.
digest=$(digest_of "$repo:good")
accepts "verify --check-tag" verify "$repo:good@$digest" --check-tag
accepts "pull --check-tag" "$MPK" pull "$repo:good@$digest" --check-tag -o "$work/checked"
"$MPK" push "$root/testdata/models/tiny-gguf" "$repo:moved" --quiet >/dev/null
accepts "a tag that has moved does not matter" verify "$repo:moved@$digest"
refuses "but with --check-tag" 1 "names sha256:" verify "$repo:moved@$digest" --check-tag
refuses "the same for pull" 1 "names sha256:" "$MPK" pull "$repo:moved@$digest" --check-tag -o "$work/moved"
accepts "nothing was pulled" absent "$work/moved"
refuses "a tag that is not there" 11 "not found" verify "$repo:nobody@$digest" --check-tag
refuses "--check-tag of a tag alone" 2 "a tag and a digest" verify "$repo:good" --check-tag
refuses "--check-tag of a digest alone" 2 "a tag and a digest" verify "$repo@$digest" --check-tag

# aiBOM.
refuses "aibom show without one" 20 "error: oci:$work/default: no aibom" "$MPK" aibom show "oci:$work/default"
refuses "aibom show of nothing" 11 "not found" "$MPK" aibom show "$repo:nobody"
printf '{"a":1}' >"$work/other.json"
refuses "aibom show of another document" 21 "not a CycloneDX document" "$MPK" aibom show "$work/other.json"
refuses "aibom show of no JSON" 21 "file" "$MPK" aibom show "$work/file"
refuses "attest of another document" 2 'not a valid CycloneDX document: missing' \
  "$MPK" attest "$repo:good" "${signing[@]}" --type cyclonedx --predicate "$work/other.json"
: >"$work/empty"
refuses "an empty token" 2 "it is empty" "$MPK" sign "$repo:good" --identity-token "$work/empty" "${signing[@]}"

# Identities: what can be known to be wrong before anybody is asked.
refuses "an unknown flow" 2 "expected browser, device, oob" "$MPK" sign "$repo:good" --oidc-flow web "${signing[@]}"
refuses "an unknown provider" 2 "did you mean spiffe?" "$MPK" sign "$repo:good" --oidc-provider spife "${signing[@]}"
refuses "two identities" 2 "exclude each other" "$MPK" sign "$repo:good" --oidc-flow device --oidc-provider spiffe "${signing[@]}"
refuses "a log-in in a CI job" 2 "nobody who could log in" env CI=true "$MPK" sign "$repo:good" --oidc-flow device "${signing[@]}"
refuses "a log-in without TLS" 2 "not https" \
  "$MPK" sign "$repo:good" --oidc-flow client_credentials --oidc-issuer http://issuer.example "${signing[@]}"
refuses "an empty client secret" 2 "it is empty" \
  "$MPK" sign "$repo:good" --oidc-flow client_credentials --oidc-client-secret-file "$work/empty" "${signing[@]}"

# What a stranger wrote does not reach the terminal.
type=$(printf 'urn:x:y\033[31mred')
printf '{}' >"$work/predicate.json"
accepts "an attestation with an escape in its type" "$MPK" attest "$repo:good" "${signing[@]}" --type "$type" --predicate "$work/predicate.json"
raw_verify() { "$MPK" verify "$repo:good" "${trust[@]}" "${who[@]}" --type "$type" >"$work/talk" 2>&1; }
accepts "is verified" raw_verify
accepts "and shown harmless" lacks $'\033' "$work/talk"
accepts "the screen names what was waived" says "not checked: CT log (--insecure-ignore-sct)" \
  "$MPK" verify "$repo:good" "${trust[@]}" "${who[@]}" --insecure-ignore-sct
printf 'apiVersion: mpk/v1\nsigners: [{identityPattern: .*, issuerPattern: .*}]\nevidence: {logs: 1}\n' >"$work/logged.yaml"
accepts "a policy that asks for a log" "$MPK" verify "$repo:good" "${trust[@]}" --policy "$work/logged.yaml"
refuses "which no flag can waive" 2 "the policy asks for 1 log, and --insecure-ignore-tlog would ignore them" \
  "$MPK" verify "$repo:good" "${trust[@]}" --policy "$work/logged.yaml" --insecure-ignore-tlog
refuses "nor for pull" 2 "the policy asks for 1 log" \
  "$MPK" pull "$repo:good" "${trust[@]}" --policy "$work/logged.yaml" --insecure-ignore-tlog -o "$work/waived"
accepts "nothing was pulled" absent "$work/waived"
accepts "the certificate log can be waived" says "not checked: CT log" \
  "$MPK" verify "$repo:good" "${trust[@]}" --policy "$work/logged.yaml" --insecure-ignore-sct
close_steps "usage refusals"
