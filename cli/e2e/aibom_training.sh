#!/usr/bin/env bash
# --training, --evaluation, --base-aibom: what people declare, in the aiBOM and as findings; each refusal with its place.
# shellcheck disable=SC2154,SC2016 # "model" is common.sh's; bash -c expands
. "$(dirname "$0")/common.sh"
needs_sandbox

# The examples that the documentation shows.
for page in training evaluation; do
  awk '/^```yaml$/ { on = 1; next } /^```$/ && on { exit } on' "$root/docs/$page.md" >"$work/$page.yaml"
done
lm_eval=("$root"/testdata/evaluations/results_*.json)
create() { "$MPK" aibom create "$model" "$@"; }
value() { # file expression on "bom" and "model"
  python3 -c 'import json, sys; bom = json.load(open(sys.argv[1])); model = bom["metadata"]["component"]; print(eval(sys.argv[2]))' "$1" "$2"
}
write() { printf '%s\n' "${@:2}" >"$work/$1"; }
all=(--training "$work/training.yaml" --evaluation "$work/evaluation.yaml" --evaluation "${lm_eval[0]}")

accepts "all that can be declared" create "${all[@]}" -o "$work/bom.json"
accepts "is valid, without a warning" says "valid CycloneDX" "$MPK" aibom validate "$work/bom.json"
accepts "no warning at all" lacks warning <("$MPK" aibom validate "$work/bom.json" 2>&1)
accepts "twice, in another place and time the same" bash -c 'cmp <(TZ=Asia/Tokyo LC_ALL=C.UTF-8 "$1" aibom create "${@:4}" "$3") "$2"' _ "$MPK" "$work/bom.json" "$model" "${all[@]}"
accepts "in another order, too" bash -c 'cmp <("$1" aibom create "$3" --evaluation "$4" --evaluation "$5" --training "$6") "$2"' _ "$MPK" "$work/bom.json" "$model" "${lm_eval[0]}" "$work/evaluation.yaml" "$work/training.yaml"
accepts "the run" is "$(value "$work/bom.json" 'bom["formulation"][0]["workflows"][0]["uid"]')" "ft-2026-03-14-07"
accepts "the claims" is "$(value "$work/bom.json" 'len(bom["declarations"]["claims"])')" 7
accepts "CO2 in tonnes" is "$(value "$work/bom.json" 'model["modelCard"]["considerations"]["environmentalConsiderations"]["energyConsumptions"][0]["co2CostEquivalent"]["value"]')" 0.0014705
accepts "from standard input" bash -c '"$1" aibom create "$2" --training - <"$3" | grep -q "standard input"' _ "$MPK" "$model" "$work/training.yaml"
accepts "show tells the run" says "ft-2026-03-14-07" "$MPK" aibom show "$work/bom.json"
accepts "the page tells the machines" grep -qF '8 × NVIDIA H100 80GB' <("$MPK" aibom show "$work/bom.json" --html)
create -o "$work/plain.json" --quiet
accepts "diff tells the evaluations" says "word_perplexity" "$MPK" aibom diff "$work/plain.json" "$work/bom.json"

write bad.yaml 'apiVersion: mpk/v1' 'datsets: []'
refuses "an unknown key" 2 "bad.yaml:2:1: \$.datsets: no such key" create --training "$work/bad.yaml"
refuses "and says which was meant" 2 "did you mean datasets?" create --training "$work/bad.yaml"
write bad.yaml 'apiVersion: mpk/v1' 'datasets: [{name: d, digest: main}]'
refuses "a digest that is none" 2 "bad.yaml:2:22" create --training "$work/bad.yaml"
refuses "a missing file" 2 "no such file" create --training "$work/none.yaml"
refuses "an evaluation that is none" 2 "no such key" create --evaluation "$work/training.yaml"
refuses "a base aiBOM that is none" 2 "not a CycloneDX document" create --base-aibom "$model/config.json"
refuses "two training files" 2 "--training" create --training "$work/training.yaml" --training "$work/training.yaml"
write lying.yaml 'apiVersion: mpk/v1' 'results: [{metric: m, value: 1, threshold: 2, direction: at-least, passed: true}]'
refuses "a verdict against its threshold" 2 "say otherwise" create --evaluation "$work/lying.yaml"

write unsafe.yaml 'apiVersion: mpk/v1' 'results: [{kind: safety, metric: attack_success, value: 0.2, threshold: 0.05, direction: at-most}]'
accepts "a failed safety evaluation is a finding" says "high: unsafe.yaml: attack_success 0.2 did not pass" create --evaluation "$work/unsafe.yaml" -o "$work/unsafe.json"
refuses "that --fail-on sees" 1 "expected at most 0.05" create --evaluation "$work/unsafe.yaml" --fail-on high -o "$work/unsafe.json"
accepts "it is in the document" is "$(value "$work/unsafe.json" 'bom["declarations"]["attestations"][0]["map"][0]["conformance"]["score"]')" 0

write nc.yaml 'apiVersion: mpk/v1' 'baseModels: [{name: example/tiny-llama-base, license: cc-by-nc-4.0}]'
refuses "a licence that the base's forbids" 1 "derived works stay non-commercial" create --training "$work/nc.yaml" --fail-on medium -o "$work/nc.json"
accepts "with both and the pointer" says "/metadata/component/pedigree/ancestors/0" create --training "$work/nc.yaml" -o "$work/nc.json"
write mit.yaml 'apiVersion: mpk/v1' 'baseModels: [{name: example/tiny-llama-base, license: mit}]'
accepts "one that allows it is none" lacks "ancestors/0\)" <(create --training "$work/mit.yaml" -o "$work/mit.json" 2>&1)
write branch.yaml 'apiVersion: mpk/v1' 'baseModels: [{name: acme/base, revision: main}]'
accepts "a branch is no pin" says "which is no commit and may move" create --training "$work/branch.yaml" -o "$work/branch.json"

python3 - "$work/plain.json" "$work/base.json" <<'PY'
import json, sys
bom = json.load(open(sys.argv[1]))
bom["metadata"]["component"].update(group="example", name="tiny-llama-base", licenses=[{"license": {"name": "gemma"}}])
json.dump(bom, open(sys.argv[2], "w"))
PY
accepts "the base's aiBOM tells its licence" says "is under gemma" create --base-aibom "$work/base.json" -o "$work/with.json"
accepts "and is linked" is "$(value "$work/with.json" 'model["pedigree"]["ancestors"][0]["externalReferences"][0]["type"]')" bom
accepts "one of another model is a finding" says "none of the base models" create --base-aibom "$work/plain.json" -o "$work/with.json"

cp -r "$model" "$work/model"
mkdir -p "$work/model/datasets/support-dialogues"
write model/datasets/support-dialogues/README.md --- 'license: cc-by-nc-4.0' 'annotations_creators: [expert-generated]' ---
accepts "a dataset's card" "$MPK" aibom create "$work/model" -o "$work/card.json"
accepts "tells its licence" is "$(value "$work/card.json" '[c["licenses"][0]["license"]["id"] for c in bom["components"] if c["name"] == "example/support-dialogues"]')" "['CC-BY-NC-4.0']"

ref=$MPK_SANDBOX_REGISTRY/e2e/trained:1.0
accepts "ship signs and attaches it" says "pushed" "$MPK" ship "$model" "$ref" "${signing[@]}" "${all[@]}"
accepts "verify agrees with it" "$MPK" verify "$ref" "${trust[@]}" "${who[@]}"
accepts "the attached one has the run" says "ft-2026-03-14-07" "$MPK" aibom show "$ref" "${trust[@]}"
accepts "of the artifact the same" says "ft-2026-03-14-07" bash -c '"$1" aibom create "$2" --training "$3" 2>/dev/null' _ "$MPK" "$ref" "$work/training.yaml"
accepts "the digest does not depend on it" is "$(digest_of "$ref")" "$("$MPK" ship "$model" "$MPK_SANDBOX_REGISTRY/e2e/plain:1.0" "${signing[@]}" --format json | field digest)"

# The same in provenance.
inputs='[(d["name"], d["annotations"]["role"]) for d in predicate["buildDefinition"]["resolvedDependencies"]], [b["name"] for b in predicate["runDetails"]["byproducts"]]'
expected="([('acme/tokenizer-donor', 'base-model'), ('example/tiny-llama-base', 'base-model'), ('example/licence-questions', 'dataset'), ('example/support-dialogues', 'dataset')], ['loss.csv', 'trainer.log'])"
provenance() { "$MPK" provenance create -o "$work/provenance.json" "$@"; }
accepts "provenance create takes it" provenance --training "$work/training.yaml"
accepts "it names what went in and came out" is "$(python3 -c 'import json, sys; predicate = json.load(open(sys.argv[1])); print(eval(f"({sys.argv[2]})"))' "$work/provenance.json" "$inputs")" "$expected"
accepts "mpk attest finds its form" "$MPK" attest "$ref" "${signing[@]}" --type slsaprovenance1 --predicate "$work/provenance.json"
accepts "without it nothing is said" provenance
accepts "of what went in" lacks "resolvedDependencies|byproducts" "$work/provenance.json"
refuses "a wrong training file" 2 "bad.yaml:2:22" provenance --training "$work/bad.yaml"
attached() { # layout: of its one provenance
  python3 - "$1" "$inputs" <<'PY'
import base64, json, pathlib, sys
for blob in pathlib.Path(sys.argv[1], "blobs", "sha256").iterdir():
    if b"dsseEnvelope" in (text := blob.read_bytes())[:4096]:
        statement = json.loads(base64.b64decode(json.loads(text)["dsseEnvelope"]["payload"]))
        if statement["predicateType"] == "https://slsa.dev/provenance/v1":
            predicate = statement["predicate"]
            print(eval(f"({sys.argv[2]})"))
PY
}
accepts "ship into a layout" "$MPK" ship "$model" "oci:$work/shipped:1" "${signing[@]}" "${all[@]}"
accepts "attaches the same" is "$(attached "$work/shipped")" "$expected"

refuses "ship with a wrong file, before a byte is sent" 2 "bad.yaml:2:22" "$MPK" ship "$model" "$MPK_SANDBOX_REGISTRY/e2e/none:1.0" "${signing[@]}" --training "$work/bad.yaml"
close_steps "aibom training"
