#!/usr/bin/env bash
# The page of an aiBOM in a real headless Chromium: fetches nothing, runs nothing, fits a phone, can be read and printed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/steps.sh"
check() { python3 "$here/page_check.py" "$1" "$STEPS_DIR" "${@:2}"; }

# Everything that a page can show, and the same with a hostile text in every place that takes one.
"$MPK" aibom create "$MODEL" --quiet -o "$STEPS_DIR/plain.json"
python3 - "$STEPS_DIR" <<'PY'
import json, pathlib, sys
work = pathlib.Path(sys.argv[1])
bom = json.loads((work / "plain.json").read_text())
model = bom["metadata"]["component"]
model["version"] = "1.2.0"
model["pedigree"] = {"ancestors": [{"type": "machine-learning-model", "name": "base-" + "x" * 90, "group": "acme",
                                    "licenses": [{"license": {"name": "odd", "url": "https://example.com/licence"}}]}],
                     "variants": [{"type": "machine-learning-model", "name": "quantised"}], "notes": "base_model_relation=finetune"}
model["properties"] += [{"name": "mpk:tensors:Q4_K", "value": "5"}, {"name": "mpk:finding", "value": "high: a: b"},
                        {"name": "mpk:finding", "value": "low: c: d"}]
bom["services"] = [{"name": "crm", "endpoints": ["https://crm.example/mcp"], "authenticated": True, "properties": [
    {"name": "mpk:oauth:scope", "value": "crm.read crm.write"}], "services": [{"name": "delete_customer", "description": "Deletes", "properties": [
        {"name": "mpk:mcp:tool:sha256", "value": "ab" * 32}, {"name": "mpk:mcp:hint:destructive", "value": "true"}]}]}]
(work / "rich.json").write_text(json.dumps(bom))
attack = ("\"'></title></style></svg></summary><script>document.title='ran';fetch('http://127.0.0.1:1/script')</script>"
          "<img src=http://127.0.0.1:1/img onerror=\"document.title='ran'\"><link rel=stylesheet href=http://127.0.0.1:1/css>"
          "<style>@import 'http://127.0.0.1:1/import'</style><iframe src=http://127.0.0.1:1/frame></iframe>\u202e" + "W" * 400)
def poison(value, key=""):
    if isinstance(value, dict): return {k: poison(v, k) for k, v in value.items()}
    if isinstance(value, list): return [poison(v) for v in value]
    keep = key in ("type", "bom-ref", "ref", "bomFormat", "specVersion", "alg") or str(value).startswith("mpk:")
    return value if keep or not isinstance(value, str) else "high: " + attack
(work / "hostile.json").write_text(json.dumps(poison(bom)))
# The page that the checks must not accept.
(work / "bad.html").write_text("<!DOCTYPE html><nav>x</nav><img src=http://127.0.0.1:1/img><p style='width:900px;color:#ccc'>pale and wide</p>"
                               "<script>document.title='ran'</script>")
PY
for kind in plain rich hostile; do
  "$MPK" aibom show "$STEPS_DIR/$kind.json" --html --quiet -o "$STEPS_DIR/$kind.html"
  accepts "$kind: fetches nothing, runs nothing" check "$STEPS_DIR/$kind.html" quiet
  for width in 320 1280; do
    accepts "$kind: fits $width pixels, contrast 4.5:1" check "$STEPS_DIR/$kind.html" width "$width"
    accepts "$kind: fits $width pixels in the dark" check "$STEPS_DIR/$kind.html" width "$width" dark
  done
done
accepts "a screenshot of a phone" check "$STEPS_DIR/rich.html" shot 320
accepts "a screenshot of a screen" check "$STEPS_DIR/rich.html" shot 1280
accepts "it prints" check "$STEPS_DIR/rich.html" pdf
refuses "a page that fetches" 1 "/img" check "$STEPS_DIR/bad.html" quiet
refuses "a page that is wide and pale" 1 '"P ' check "$STEPS_DIR/bad.html" width 320
close_steps "the page"
