#!/usr/bin/env bash
# Ctrl-C, a full or read-only disk, a limit on the size of files: one clear error, no half file under its name, a sound store, and
# the same command again ends right.
# shellcheck disable=SC2154,SC2016 # "here" and "work" are common.sh's; bash -c expands
. "$(dirname "$0")/common.sh"
needs_sandbox
python3 "$here/big_model.py" "$work/model" 256
ref=$MPK_SANDBOX_REGISTRY/stops:1
accepts "push" "$MPK" push "$work/model" "$ref"
expected=$(digest_of "$ref")
temporary() { find "$1" -name '.mpk-tmp-*' -o -name '.mpk-part-*' 2>/dev/null | sort; } # a layout's locks stay
one_error() { # file: of several lines one is the error's
  is "$(grep -c '^error: ' "$1")" 1
}
whole_if_named() { # directory
  local shard
  for shard in "$1"/*.safetensors; do [[ ! -e $shard ]] || cmp "$work/model/${shard##*/}" "$shard" || return 1; done
}
sound() { [[ ! -e $1/index.json ]] || says "all proven" "$MPK" check-store "oci:$1"; }
interrupted() { # what command…
  local what=$1
  shift
  python3 "$here/interrupt.py" "$work/code" "$@" >"$work/talk" 2>&1
  accepts "Ctrl-C during $what: exit code 130" is "$(<"$work/code")" 130
  accepts "$what: one error" one_error "$work/talk"
  accepts "$what: says how to go on" grep -E "^hint: .*same command" "$work/talk"
}

# Two shards are in flight.
for way in "" --no-cache; do
  rm -rf "$work/layout"
  interrupted "pack $way" "$MPK" pack "$work/model" -t "oci:$work/layout:1" $way
  accepts "pack $way: leaves nothing temporary" is "$(temporary "$work/layout")" ""
  accepts "pack $way: the store is sound" sound "$work/layout"
  accepts "pack $way: again" "$MPK" pack "$work/model" -t "oci:$work/layout:1" $way
  accepts "pack $way: gives the artifact" is "$(digest_of "oci:$work/layout:1")" "$expected"
done
interrupted "pack over an artifact" "$MPK" pack "$work/model" -t "oci:$work/layout:2" --no-cache
accepts "what was there still is, and sound" says "all proven" "$MPK" check-store "oci:$work/layout"
accepts "it still has its name" is "$(digest_of "oci:$work/layout:1")" "$expected"

interrupted push "$MPK" push "$work/model" "$MPK_SANDBOX_REGISTRY/stops-cut:1" --no-cache
refuses "push: there is no tag" 11 "not found" "$MPK" inspect "$MPK_SANDBOX_REGISTRY/stops-cut:1"
accepts "push: again" "$MPK" push "$work/model" "$MPK_SANDBOX_REGISTRY/stops-cut:1"
accepts "push: gives the artifact" is "$(digest_of "$MPK_SANDBOX_REGISTRY/stops-cut:1")" "$expected"

for from in "$ref" "oci:$work/layout:1"; do
  rm -rf "$work/out"
  interrupted "pull from ${from%%:*}" "$MPK" pull "$from" -o "$work/out"
  accepts "pull: what has its name is whole" whole_if_named "$work/out"
  accepts "pull: again" "$MPK" pull "$from" -o "$work/out"
  accepts "pull: gives the model, nothing remains" diff -r "$work/model" "$work/out"
done
interrupted copy "$MPK" copy "oci:$work/layout:1" "oci:$work/copy:1"
accepts "copy: leaves nothing temporary" is "$(temporary "$work/copy")" ""
accepts "copy: the store is sound" sound "$work/copy"
accepts "copy: again" "$MPK" copy "oci:$work/layout:1" "oci:$work/copy:1"
accepts "copy: gives the artifact" is "$(digest_of "oci:$work/copy:1")" "$expected"

# A limit on the size of files: SIGXFSZ must not end mpk.
limited() { bash -c 'ulimit -f 20480; exec "$@"' - "$@"; }
rm -rf "$work/out" "$work/limited"
refuses "pull where files must be small" 3 "the file would get too large" limited "$MPK" pull "$ref" -o "$work/out"
cp "$STEPS_DIR/output" "$work/talk"
accepts "is one error" one_error "$work/talk"
accepts "and no shard has its name" whole_if_named "$work/out"
refuses "pack where files must be small" 3 "the file would get too large" limited "$MPK" pack "$work/model" -t "oci:$work/limited:1"
cp "$STEPS_DIR/output" "$work/talk"
accepts "is one error" one_error "$work/talk"
accepts "leaves nothing temporary" is "$(temporary "$work/limited")" ""
accepts "and a sound store" sound "$work/limited"
accepts "without the limit" "$MPK" pack "$work/model" -t "oci:$work/limited:1"
accepts "it ends right" is "$(digest_of "oci:$work/limited:1")" "$expected"

mkdir "$work/disk"
if [[ $(id -u) -ne 0 ]] || ! mount -t tmpfs -o size=160m tmpfs "$work/disk" 2>"$work/why"; then
  skips "a full and a read-only disk" "a small tmpfs can't be mounted here"
  close_steps "hard stops"
  exit
fi
trap 'umount "$work/disk"; rm -rf "$work"' EXIT
"$MPK" pack "$model" -t "oci:$work/disk/store:small" --quiet >/dev/null
refuses "pack onto a full disk" 3 "disk full" "$MPK" pack "$work/model" -t "oci:$work/disk/store:1" --no-cache
cp "$STEPS_DIR/output" "$work/talk"
accepts "is one error" one_error "$work/talk"
accepts "leaves nothing temporary" is "$(temporary "$work/disk")" ""
accepts "and what was there, sound" says "all proven" "$MPK" check-store "oci:$work/disk/store"
accepts "under its name" "$MPK" inspect "oci:$work/disk/store:small"
refuses "copy onto a full disk" 3 "disk full" "$MPK" copy "$ref" "oci:$work/disk/store:1"
accepts "leaves nothing temporary" is "$(temporary "$work/disk")" ""
accepts "and what was there, sound" says "all proven" "$MPK" check-store "oci:$work/disk/store"
refuses "pull onto a full disk" 3 "disk full" "$MPK" pull "$ref" -o "$work/disk/out"
accepts "no shard has its name" whole_if_named "$work/disk/out"
mount -o remount,size=600m "$work/disk"
accepts "with room, pull again" "$MPK" pull "$ref" -o "$work/disk/out"
accepts "gives the model, nothing remains" diff -r "$work/model" "$work/disk/out"
mount -o remount,ro "$work/disk"
for command in "pack $work/model -t oci:$work/disk/store:1" "copy $ref oci:$work/disk/store:1" "tag oci:$work/disk/store:small 2" \
  "rm oci:$work/disk/store:small" "prune oci:$work/disk/store"; do
  read -ra words <<<"$command"
  refuses "${words[0]} on a read-only disk" 3 "read-only file system" "$MPK" "${words[@]}"
  cp "$STEPS_DIR/output" "$work/talk"
  accepts "${words[0]}: one error" one_error "$work/talk"
done
# Found out before anything is asked of a registry.
refuses "pull onto a read-only disk" 2 "read-only file system" "$MPK" pull "$ref" -o "$work/disk/new"
accepts "a read-only store is read" "$MPK" pull "oci:$work/disk/store:small" -o "$work/small"
accepts "and gives the model" diff -r "$model" "$work/small"
accepts "and can be checked" says "all proven" "$MPK" check-store "oci:$work/disk/store"
close_steps "hard stops"
