#!/usr/bin/env bash
# Pull keeps what is there, refuses before it writes, and leaves no half file: differing files, full disk, Ctrl-C.
. "$(dirname "$0")/common.sh"
needs_sandbox
ref=$MPK_SANDBOX_REGISTRY/pull/llm:1
out=$work/out
files() { (cd "$1" && find . -mindepth 1 | sort); }
untouched() { is "$(cd "$out" && stat -c '%n %i %y' ./*)" "$(<"$work/before")"; }

"$MPK" ship "$model" "$ref" "${signing[@]}" --quiet >/dev/null
accepts "pull" "$MPK" pull "$ref" -o "$out"
accepts "gives the model" diff -r "$model" "$out"
accepts "and nothing else, no journal" is "$(files "$out")" "$(files "$model")"
(cd "$out" && stat -c '%n %i %y' ./*) >"$work/before"
accepts "a second pull" "$MPK" pull "$ref" -o "$out"
accepts "keeps the identical files as they are" untouched

printf 'mine\n' >"$out/notes.txt"
accepts "a file of the user's" "$MPK" pull "$ref" -o "$out"
accepts "is left alone" is "$(<"$out/notes.txt")" mine

printf 'changed\n' >"$out/tokenizer.json"
rm "$out/LICENSE" "$out/model-00001-of-00002.safetensors"
refuses "a file that differs" 2 "tokenizer.json" "$MPK" pull "$ref" -o "$out"
accepts "is kept" is "$(<"$out/tokenizer.json")" changed
accepts "and nothing was written before" absent "$out/LICENSE"
accepts "no large file either" absent "$out/model-00001-of-00002.safetensors"
accepts "pull --overwrite" "$MPK" pull "$ref" -o "$out" --overwrite
accepts "gives the model" diff -r --exclude=notes.txt "$model" "$out"
accepts "and leaves the user's file" is "$(<"$out/notes.txt")" mine

refuses "an identity that did not sign" 12 "somebody else" "$MPK" pull "$ref" -o "$work/none" "${trust[@]}" \
  --certificate-identity eve@example.com --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER"
accepts "nothing was written" absent "$work/none"
accepts "the identity that did" "$MPK" pull "$ref" -o "$work/signed" "${trust[@]}" "${who[@]}"
accepts "gives the model" diff -r "$model" "$work/signed"

python3 "$here/big_model.py" "$work/big" 256
big=$MPK_SANDBOX_REGISTRY/pull/big
accepts "push of a big model" "$MPK" push "$work/big" "$big:1"
mkdir "$work/small"
if [[ $(id -u) -eq 0 ]] && mount -t tmpfs -o size=16m tmpfs "$work/small" 2>"$work/why"; then
  trap 'umount "$work/small"; rm -rf "$work"' EXIT
  refuses "a full disk" 3 "disk full" "$MPK" pull "$big:1" -o "$work/small/out"
  accepts "no part of a shard remains, under any name" is "$(find "$work/small" -type f ! -name config.json)" ""
else
  skips "a full disk" "a small tmpfs can't be mounted here"
fi

python3 "$here/interrupt.py" "$work/code" "$MPK" ship "$work/big" "$big:cut" "${signing[@]}" >"$work/talk" 2>&1
accepts "Ctrl-C during ship: exit code 130" is "$(<"$work/code")" 130
accepts "it says so" grep -i "interrupt" "$work/talk"
refuses "there is no tag" 11 "not found" "$MPK" inspect "$big:cut"
rm -rf "$out"
python3 "$here/interrupt.py" "$work/code" "$MPK" pull "$big:1" -o "$out" >"$work/talk" 2>&1
accepts "Ctrl-C during pull: exit code 130" is "$(<"$work/code")" 130
# What of them is there is the part files' business, see pull_resume.sh.
for shard in "$out"/*.safetensors; do
  [[ ! -e $shard ]] || accepts "what has its name is whole" cmp "$work/big/${shard##*/}" "$shard"
done
accepts "it says that nothing is lost" grep "hint: .*the same command continues" "$work/talk"
accepts "pull again" "$MPK" pull "$big:1" -o "$out"
accepts "completes it, nothing remains" diff -r "$work/big" "$out"
close_steps "pull safety"
