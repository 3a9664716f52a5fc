#!/usr/bin/env bash
# Policies as objects of other gates: what is printed, what is told, what is refused.
. "$(dirname "$0")/common.sh"

cat >"$work/plain.yaml" <<'POLICY'
apiVersion: mpk/v1
name: plain
match: ["ghcr.io/acme/**"]
signers: [{identityPattern: "https://github\\.com/acme/.*", issuer: "https://token.actions.githubusercontent.com"}]
attestations: [{type: vuln}]
POLICY
cat "$work/plain.yaml" - >"$work/full.yaml" <<'POLICY'
evidence: {logs: 2}
provenance: {builders: [{id: "https://github.com/acme/ci", level: 3}], level: 3, sources: [{uri: "git+https://github.com/acme/train"}]}
aibom: {licenses: {allow: [MIT]}}
content: {scan: {required: true}}
POLICY
cat >"$work/claims.yaml" <<'POLICY'
apiVersion: mpk/v1
signers: [{identity: a@example.com, issuer: "https://a.example", claims: {sourceRepositoryURI: "https://x.example"}}]
POLICY
export_to() { "$MPK" policy export "$work/$1.yaml" --to "$2" "${@:3}" >"$work/out.yaml" 2>"$work/talk"; }
kinds() { sed -n 's/^kind: //p' "$work/out.yaml" | sort | paste -sd ' '; }
told() { sed -nE 's/^warning: (weaker|stricter): ([^:]+): .*/\1 \2/p' "$work/talk" | paste -sd ,; }

for to in kyverno policy-controller gatekeeper; do
  accepts "--to $to, nothing lost" export_to plain "$to" --strict
  accepts "nothing is told" is "$(told)" ""
  cp "$work/out.yaml" "$work/first.yaml"
  accepts "again" export_to plain "$to"
  accepts "the same bytes" cmp "$work/out.yaml" "$work/first.yaml"
  accepts "the digest of the policy is named" grep -q "sha256:$(sha256sum "$work/plain.yaml" | cut -d' ' -f1)" "$work/out.yaml"
  accepts "as JSON" is "$("$MPK" policy export "$work/plain.yaml" --to "$to" --format json | field kind)" PolicyExport
done
accepts "Kyverno" export_to plain kyverno
accepts "one object" is "$(kinds)" ImageValidatingPolicy
accepts "the pattern has anchors" grep -qF 'subjectRegExp: "^(?:https://github\\.com/acme/.*)$"' "$work/out.yaml"
accepts "a signature is no attestation" grep -q "type: https://sigstore.dev/cosign/sign/v1" "$work/out.yaml"
accepts "policy-controller" export_to plain policy-controller
accepts "an object for each demand" is "$(kinds)" "ClusterImagePolicy ClusterImagePolicy"
accepts "its glob" grep -qF 'glob: "ghcr.io/acme/**"' "$work/out.yaml"
accepts "Gatekeeper" export_to plain gatekeeper --provider-url https://mpk.example/gatekeeper
accepts "three objects" is "$(kinds)" "ConstraintTemplate MpkModels Provider"
accepts "which ask there" grep -q "url: https://mpk.example/gatekeeper" "$work/out.yaml"

accepts "a policy that asks for more" export_to full kyverno
accepts "is told key by key" is "$(told)" "weaker aibom,weaker aibom.licenses,weaker content.scan,weaker evidence.logs,weaker provenance.sources"
accepts "and in the YAML" is "$(grep -c '^# weaker: ' "$work/out.yaml")" 5
strict() { ! export_to full kyverno --strict && [[ ! -s $work/out.yaml ]]; }
accepts "--strict prints nothing" strict
refuses "and ends with 1" 1 "nothing is exported" "$MPK" policy export "$work/full.yaml" --to policy-controller --strict
accepts "Gatekeeper loses nothing" export_to full gatekeeper --strict

accepts "signers that can't be told" export_to claims kyverno
accepts "sign nothing" grep -qF '.all(i, false)' "$work/out.yaml"
accepts "as is told" is "$(told)" "stricter signers.claims,stricter rules[0]"
accepts "at policy-controller, too" export_to claims policy-controller
accepts "by a refusal" grep -q "action: fail" "$work/out.yaml"

sed 's/\*\*"\]/[ab]"]/' "$work/plain.yaml" >"$work/class.yaml"
refuses "a class in a glob" 2 "class or an escape" "$MPK" policy export "$work/class.yaml"
sed 's/^signers/signer/' "$work/plain.yaml" >"$work/broken.yaml"
refuses "a policy that is none" 2 "broken.yaml:4:" "$MPK" policy export "$work/broken.yaml"
refuses "another gate" 2 "ratify" "$MPK" policy export "$work/plain.yaml" --to ratify
refuses "a provider over http" 2 "https addresses only" "$MPK" policy export "$work/plain.yaml" --to gatekeeper --provider-url http://mpk.example/
refuses "a provider for Kyverno" 2 "gatekeeper only" "$MPK" policy export "$work/plain.yaml" --provider-url https://mpk.example/
refuses "a CA that is none" 2 "--provider-ca" "$MPK" policy export "$work/plain.yaml" --to gatekeeper --provider-ca "$work/plain.yaml"
close_steps "policy export"
