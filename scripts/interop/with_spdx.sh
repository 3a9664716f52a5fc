#!/usr/bin/env bash
# What `mpk aibom convert --to spdx3` writes, read by spdx-python-model and license-expression: scripts/interop/with_spdx.sh [--count N]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/steps.sh"
root=$(cd "$here/../.." && pwd)
python=${PEERS_PYTHON:?}
vectors=${MPK_VECTORS_DIR:-$root/../shared/vectors}

# What was judged is said, too: the number of documents and checks.
spdx() { # name argument…
  local name=$1
  shift
  accepts "$name" "$python" "$here/spdx_check.py" --mpk "$MPK" --work "$STEPS_DIR" "$@"
  tail -n 1 "$STEPS_DIR/output"
}

for page in training evaluation; do
  awk '/^```yaml$/ { on = 1; next } /^```$/ && on { exit } on' "$root/docs/$page.md" >"$STEPS_DIR/$page.yaml"
done
spdx "a model with training and evaluation files" declared "$root/testdata/models/tiny-llama" \
  --training "$STEPS_DIR/training.yaml" --evaluation "$STEPS_DIR/evaluation.yaml"
spdx "the models in testdata" models "$root"/testdata/models/*
if [[ -d $vectors/cyclonedx/1.6 ]]; then
  spdx "CycloneDX's own documents: valid ones convert, others are refused" vectors "$vectors/cyclonedx/1.6"
  spdx "the same with hostile texts in them" hostile "$vectors/cyclonedx/1.6" --seed "${MPK_SEED:-1}" --count 450
else
  echo "SKIPPED: no CycloneDX vectors in $vectors"
fi
spdx "generated models" generated --seed "${MPK_SEED:-1}" "${@:---count=60}"
spdx "the checks refuse what is wrong" selftest "$root/testdata/models/tiny-llama"
close_steps "SPDX"
