#!/usr/bin/env bash
# mpk scan: exit codes and forms, of files, directories and artifacts. Payloads are inert, nothing is loaded.
# shellcheck disable=SC2154 # common.sh's
. "$(dirname "$0")/common.sh"
needs_sandbox
repo=$MPK_SANDBOX_REGISTRY/scan

cp -r "$model" "$work/good"
cp -r "$model" "$work/bad"
python3 - "$work/bad" <<'PY'
import pathlib, sys, zipfile
root = pathlib.Path(sys.argv[1])
payload = b"\x80\x02cposix\nsystem\nX\x04\x00\x00\x00true\x85R."
with zipfile.ZipFile(root / "pytorch_model.bin", "w") as archive:
    archive.writestr("archive/data.pkl", payload)
(root / "notes.txt").write_bytes(payload)
(root / "modeling.py").write_text("x = 1\n")
PY
mkdir "$work/info"
printf 'x = 1\n' >"$work/info/modeling.py"
printf '{"auto_map": {"AutoModel": "modeling.Model"}}\n' >"$work/remote.json"

accepts "a model of safetensors" says "clean: no findings · 10 files" "$MPK" scan "$work/good"
refuses "a pickle in a zip" 23 "pytorch_model.bin!archive/data.pkl: posix.system [pickle.reduce]" "$MPK" scan "$work/bad"
refuses "a pickle that is called a text" 23 "format.disguise" "$MPK" scan "$work/bad"
refuses "one file" 23 "unsafe: 2 critical" "$MPK" scan "$work/bad/pytorch_model.bin"
refuses "with --quiet, one line" 23 "unsafe: " "$MPK" scan "$work/bad" --quiet
refuses "remote code" 23 "config.remote-code" "$MPK" scan "$work/remote.json"
accepts "remote code below the level" says "clean: 1 medium" "$MPK" scan "$work/remote.json" --fail-on high
accepts "Python beside the model" says "1 note of level info not shown" "$MPK" scan "$work/info"
refuses "with --fail-on info" 23 "code.python" "$MPK" scan "$work/info" --fail-on info
accepts "every file is told" says "scanned   config.json: json" "$MPK" scan "$work/good" --verbose
mkdir "$work/good/.git" && printf x >"$work/good/.git/x"
accepts "what is ignored is told" says "ignored   .git/" "$MPK" scan "$work/good" --verbose
accepts "and counted" says "1 ignored" "$MPK" scan "$work/good"

json() { "$MPK" scan "$1" --format json | python3 -c "import json, sys; d = json.load(sys.stdin); print($2)"; }
accepts "as JSON" is "$(json "$work/bad" 'd["result"], d["scanned"]["files"], d["scanned"]["pickles"], d["findings"][0]["found"]')" "unsafe 13 2 posix.system"
sarif() { "$MPK" scan "$1" --format sarif | python3 -c "import json, sys; d = json.load(sys.stdin); print($2)"; }
accepts "as SARIF" is "$(sarif "$work/bad" 'd["version"], d["runs"][0]["results"][0]["level"]')" "2.1.0 error"

"$MPK" push "$work/good" "$repo:good" --quiet >/dev/null
"$MPK" push "$work/bad" "$repo:bad" --quiet >/dev/null
accepts "an artifact" says "clean: no findings · 10 files" "$MPK" scan "$repo:good"
refuses "an artifact with a pickle" 23 "pytorch_model.bin!archive/data.pkl: posix.system" "$MPK" scan "$repo:bad"
accepts "the digest is told" is "$(json "$repo:bad" 'd["digest"]')" "$(digest_of "$repo:bad")"
accepts "a clean verdict is attached" says "attested  sha256:" "$MPK" scan "$repo:good" --attest "${signing[@]}"
accepts "as a test result" says "https://in-toto.io/attestation/test-res" "$MPK" tree "$repo:good" "${trust[@]}"
printf 'apiVersion: mpk/v1\nname: scanned\nsigners:\n  - identity: %s\n    issuer: %s\nattestations:\n  - type: https://in-toto.io/attestation/test-result/v0.1\n' \
  "$MPK_SANDBOX_IDENTITY" "$MPK_SANDBOX_ISSUER" >"$work/policy.yaml"
"$MPK" sign "$repo:good" "${signing[@]}" --quiet >/dev/null
"$MPK" sign "$repo:bad" "${signing[@]}" --quiet >/dev/null
accepts "a policy can ask for it" "$MPK" verify "$repo:good" --policy "$work/policy.yaml" "${trust[@]}"
refuses "an unsafe one is not" 23 "not attested: unsafe" "$MPK" scan "$repo:bad" --attest "${signing[@]}"
refuses "so the policy refuses it" 1 "test-result" "$MPK" verify "$repo:bad" --policy "$work/policy.yaml" "${trust[@]}"
refuses "--attest of a directory" 2 "--attest needs an artifact" "$MPK" scan "$work/good" --attest
"$MPK" copy "$repo:bad" "oci:$work/l:1" --quiet >/dev/null
refuses "a layout" 23 "posix.system" "$MPK" scan "oci:$work/l:1"
python3 "$here/foreign.py" "$work/kit" kit
refuses "a ModelKit, whose GGUF is four letters" 23 "model.gguf: GGUF header is cut off" "$MPK" scan "oci:$work/kit:1"
python3 "$here/foreign.py" "$work/climb" climb
refuses "an archive that nobody should take" 1 "../escaped" "$MPK" scan "oci:$work/climb:1"

refuses "nothing" 2 "TARGET is missing" "$MPK" scan
refuses "a path that is not there" 2 "no such file or directory" "$MPK" scan "$work/nowhere"
refuses "another level" 2 "--fail-on" "$MPK" scan "$work/good" --fail-on worst
refuses "another format" 2 "--format" "$MPK" scan "$work/good" --format xml
refuses "SARIF of another command" 2 "--format" "$MPK" inspect "$repo:good" --format sarif
refuses "a missing tag" 11 "nobody" "$MPK" scan "$repo:nobody"
refuses "an unreachable registry" 3 "connection refused" "$MPK" scan 127.0.0.1:1/m:1
close_steps "scan"
