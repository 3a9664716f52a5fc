#!/usr/bin/env bash
# Layer paths that would leave the directory, or meet in it: refused before a file is written.
. "$(dirname "$0")/common.sh"
needs_sandbox

"$MPK" pack "$model" -t "oci:$work/good:1" --quiet >/dev/null
nothing_in() { is "$(find "$1" -mindepth 1 ! -type d 2>/dev/null)" ""; }

# What the layout carries, how it is named here, what the refusal must say.
while IFS='|' read -r name index path text; do
  rm -rf "$work/bad" "$work/out"
  cp -r "$work/good" "$work/bad"
  tamper path "$work/bad" "$index" "${path//@/$work}"
  refuses "pull: $name" 1 "$text" "$MPK" pull "oci:$work/bad:1" -o "$work/out"
  accepts "and writes nothing" nothing_in "$work/out"
  accepts "nor outside" absent "$work/escaped"
  # Signed as it is: the signer may be honest and still must not write outside.
  accepts "signed: $name" "$MPK" sign "oci:$work/bad:1" "${signing[@]}"
  refuses "verify: $name" 1 "$text" "$MPK" verify "oci:$work/bad:1" "${trust[@]}" "${who[@]}"
done <<'CASES'
a path that climbs out|1|../escaped|holds the component ".."
a path that climbs out further in|1|a/../../escaped|holds the component ".."
an absolute path|1|@/escaped|absolute, expected a relative one
two layers with one path|1|same|a second layer has the path
an empty path|1||path "": empty
a path below a file|1|config.json/x|is a file of another layer
CASES

rm -rf "$work/out" && mkdir -p "$work/out" "$work/elsewhere"
ln -s "$work/elsewhere/target" "$work/out/config.json"
refuses "a symlink where a file goes" 1 "config.json" "$MPK" pull "oci:$work/good:1" -o "$work/out"
accepts "its target was not written" absent "$work/elsewhere/target"
refuses "not with --overwrite either" 1 "config.json" "$MPK" pull "oci:$work/good:1" -o "$work/out" --overwrite
accepts "its target was not written" absent "$work/elsewhere/target"

rm -rf "$work/bad" "$work/out" && cp -r "$work/good" "$work/bad"
tamper path "$work/bad" 1 sub/file.txt
accepts "a path in a folder is fine" "$MPK" pull "oci:$work/bad:1" -o "$work/out"
accepts "and arrives there" test -f "$work/out/sub/file.txt"
rm -rf "$work/out" && mkdir -p "$work/out"
ln -s "$work/elsewhere" "$work/out/sub"
refuses "a symlink where a folder goes" 1 "sub" "$MPK" pull "oci:$work/bad:1" -o "$work/out"
accepts "its target was not written" absent "$work/elsewhere/file.txt"
close_steps "layer paths"
