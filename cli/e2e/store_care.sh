#!/usr/bin/env bash
# A local store over time: the digest cache, blobs by reference and by clone, check-store, prune.
. "$(dirname "$0")/common.sh"
layout=oci:$work/layout

cp -r "$model" "$work/model"
sleep 3 # what changed just now is not trusted to stay
stats() { "$MPK" "$@" --stats 2>&1 >/dev/null | sed -n 's/^stats: //p'; }
hashed() { sed 's/.*hashed \([0-9]*\),.*/\1/' <<<"$1"; }
size=$(find "$work/model" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
digest=$("$MPK" pack "$work/model" -t "$layout:1" --format json | field digest)

# The digest cache.
accepts "an unchanged model is not hashed again" is "$(hashed "$(stats pack "$work/model" -t "$layout:2")")" 0
accepts "but with --no-cache it is" is "$(hashed "$(stats pack "$work/model" -t "$layout:2" --no-cache)")" "$size"
accepts "the digest stays" is "$(digest_of "$layout:2")" "$digest"
accepts "the cache is its owner's alone" is "$(stat -c %a "$XDG_CACHE_HOME/mpk/digests")" 600
weights=model-00001-of-00002.safetensors
last=$(($(stat -c %s "$work/model/$weights") - 1))
printf X | dd of="$work/model/$weights" bs=1 seek="$last" conv=notrunc status=none
changed=$("$MPK" pack "$work/model" -t "$layout:3" --format json | field digest)
refuses "a changed file is hashed again" 1 "expected" is "$changed" "$digest"
accepts "and gives what it gives without a cache" is "$("$MPK" pack "$work/model" -t "$layout:3" --no-cache --format json | field digest)" "$changed"
echo garbage >"$XDG_CACHE_HOME/mpk/digests"
accepts "a damaged cache is none" is "$("$MPK" pack "$work/model" -t "$layout:3" --format json | field digest)" "$changed"
chmod 000 "$XDG_CACHE_HOME/mpk/digests"
accepts "nor one that can't be read" is "$("$MPK" pack "$work/model" -t "$layout:3" --format json | field digest)" "$changed"
accepts "no home, no cache" is "$(env -u HOME -u XDG_CACHE_HOME "$MPK" pack "$work/model" -t "$layout:3" --format json | field digest)" "$changed"

# By reference.
ref=oci:$work/by-reference
accepts "pack by reference" says "only mpk can read" "$MPK" pack "$work/model" -t "$ref:1" --by-reference
accepts "has the same digest" is "$(digest_of "$ref:1")" "$changed"
accepts "and no copy of the weights" test "$(du -s --apparent-size -B1 "$work/by-reference" | cut -f1)" -lt "$size"
accepts "check-store proves it" says "all proven" "$MPK" check-store "$ref"
accepts "pull from it" "$MPK" pull "$ref:1" -o "$work/out"
accepts "gives the model" diff -r "$work/model" "$work/out"
accepts "copy from it" "$MPK" copy "$ref:1" "oci:$work/whole:1"
accepts "makes a layout like any other" says "all proven" "$MPK" check-store "oci:$work/whole"
accepts "without references" absent "$work/whole/mpk-references"
printf Y | dd of="$work/model/$weights" bs=1 seek="$last" conv=notrunc status=none
refuses "a file that changed since" 1 "another digest" "$MPK" pull "$ref:1" -o "$work/out2"
accepts "gets no name" absent "$work/out2/$weights"
refuses "check-store tells it" 1 "damaged" "$MPK" check-store "$ref"
mv "$work/model/$weights" "$work/elsewhere"
refuses "a file that is gone" 11 "by reference" "$MPK" pull "$ref:1" -o "$work/out3"
refuses "check-store tells that too" 1 "gone" "$MPK" check-store "$ref"
mv "$work/elsewhere" "$work/model/$weights"
refuses "a registry keeps nothing by reference" 2 "--by-reference" "$MPK" push "$work/model" localhost:1/a/b:1 --by-reference

# Care.
accepts "a sound layout" says "all proven" "$MPK" check-store "$layout"
accepts "nothing to prune" says "freed 0 B" "$MPK" prune "$layout"
"$MPK" rm "$layout:3" >/dev/null
accepts "an untagged artifact stays" says "freed 0 B" "$MPK" prune "$layout"
accepts "a dry run only tells" says "would remove sha256:" "$MPK" prune "$layout" --untagged --dry-run
accepts "and removes nothing" "$MPK" inspect "$layout@$changed"
accepts "--untagged removes it" says "freed" "$MPK" prune "$layout" --untagged
refuses "it is gone" 11 "not found" "$MPK" inspect "$layout@$changed"
accepts "what has a tag is whole" says "all proven" "$MPK" check-store "$layout"
blob=$(find "$work/layout/blobs/sha256" -type f -size +2k | head -n 1)
printf Z | dd of="$blob" bs=1 conv=notrunc status=none
refuses "a flipped byte" 1 "damaged" "$MPK" check-store "$layout"
refuses "json" 1 '"code":' "$MPK" check-store "$layout" --format json

accepts "unpack from a layout" "$MPK" unpack "$ref:1" -o "$work/unpacked" --kind config
accepts "a part of it" cmp "$work/model/config.json" "$work/unpacked/config.json"
accepts "and no more" absent "$work/unpacked/$weights"
refuses "no local store yet" 11 "no such directory" "$MPK" check-store
"$MPK" pack "$model" -t registry.example/a/b:1 >/dev/null 2>&1
accepts "unpack from the local store" says "unpacked" "$MPK" unpack registry.example/a/b:1 -o "$work/unpacked2"
accepts "gives the model" diff -r "$model" "$work/unpacked2"
refuses "a name that was not packed" 11 "not found" "$MPK" unpack registry.example/a/b:2 -o "$work/unpacked3"
accepts "leaves no directory" absent "$work/unpacked3"
"$MPK" rm --local registry.example/a/b:1 >/dev/null
accepts "in the local store what has no name goes" says "blob" "$MPK" prune
accepts "and nothing is left" says "0 blobs" "$MPK" check-store
refuses "prune of a registry" 2 "expected oci:DIR" "$MPK" prune ghcr.io/acme/llm
refuses "prune of a tag" 2 "without a tag" "$MPK" prune "$layout:1"
refuses "check of a directory" 1 "not an OCI image layout" "$MPK" check-store "oci:$model"

# Clones: only where this machine can make a file system that has them.
image=$work/xfs.img
if truncate -s 400M "$image" && mkfs.xfs -q "$image" 2>/dev/null && mkdir "$work/xfs" && mount -o loop "$image" "$work/xfs" 2>/dev/null; then
  trap 'umount "$work/xfs"; rm -rf "$work"' EXIT
  mkdir "$work/xfs/model"
  cp -r "$model/." "$work/xfs/model"
  head -c 50000000 /dev/urandom >"$work/xfs/model/big.bin"
  sync && sleep 4
  used() { df --output=used -B1 "$work/xfs" | tail -n 1; }
  before=$(used)
  accepts "pack where files can share blocks" "$MPK" pack "$work/xfs/model" -t "oci:$work/xfs/layout:1"
  sync
  accepts "takes next to no space" test $(($(used) - before)) -lt 5000000
  accepts "and is proven" says "all proven" "$MPK" check-store "oci:$work/xfs/layout"
  printf X | dd of="$work/xfs/model/big.bin" bs=1 conv=notrunc status=none
  accepts "also after the file changed" says "all proven" "$MPK" check-store "oci:$work/xfs/layout"
else
  skips "clones" "no mkfs.xfs, or no loop device to mount"
fi
close_steps "store care"
