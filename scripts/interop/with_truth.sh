#!/usr/bin/env bash
# aiBOMs of models that the real libraries wrote: each fact as those report it, planted contradictions found, honest models without.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${MPK:?}" "${MODELS_PYTHON:?}" "${STEPS_DIR:?}"
PYTHONDONTWRITEBYTECODE=1 "$MODELS_PYTHON" "$here/truth.py" "$MPK" "$STEPS_DIR"
