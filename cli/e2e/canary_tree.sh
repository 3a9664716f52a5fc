#!/usr/bin/env bash
# Hostile artifacts and hostile targets: what lies beside the target is the same afterwards, byte, mode and time; lint names each.
# shellcheck disable=SC2154 # "here" and "work" are common.sh's
. "$(dirname "$0")/common.sh"

world=$work/world
out=$world/target
mkdir -p "$world/canary/er" "$out"
printf 'canary\n' >"$world/canary/file"
printf 'canary\n' >"$world/canary/er/0"
printf '#!/bin/sh\n' >"$world/run.sh"
chmod 2755 "$world/run.sh"
ln -s canary/file "$world/link"
mkdir "$world/empty"
find "$world" -exec touch -h -d '2020-01-02 03:04:05' {} +
snapshot() {
  find "$world" -path "$out" -prune -o -printf '%P %y %m %U:%G %T@ %s %l\n' | sort
  find "$world" -path "$out" -prune -o -type f -exec sha256sum {} + | sort
}
snapshot >"$work/before"
untouched() { snapshot | diff "$work/before" -; }
fresh() { rm -rf "${out:?}"/* "$out"/.[!.]*; touch -d '2020-01-02 03:04:05' "$world"; }
make() { rm -rf "$work/layout"; python3 "$here/foreign.py" "$work/layout" "$@"; }
none_but() { is "$(cd "$out" && find . -mindepth 1 ! -type d | sort | tr '\n' ' ')" "$1"; }
accepts "the canary is not in the listing of the target" untouched

# The kind, what pull must say, and the code of lint's finding.
while IFS='|' read -r kind text code; do
  fresh
  make "$kind" "$world/canary/file"
  refuses "pull: $kind" 1 "$text" "$MPK" pull "oci:$work/layout:1" -o "$out"
  accepts "$kind: nothing in the target" none_but ""
  accepts "$kind: nothing beside it was touched" untouched
  refuses "pull --overwrite: $kind" 1 "$text" "$MPK" pull "oci:$work/layout:1" -o "$out" --overwrite
  accepts "$kind: nothing beside it was touched" untouched
  refuses "lint: $kind" 1 "[$code]" "$MPK" lint "oci:$work/layout:1"
done <<'CASES'
raw-climb|holds the component ".."|path-unsafe
raw-absolute|absolute, expected a relative one|path-unsafe
raw-link|no regular file|metadata-typeflag
raw-hard|no regular file|metadata-typeflag
raw-device|no regular file|metadata-typeflag
raw-fifo|no regular file|metadata-typeflag
raw-twice|a second layer has the path|path-duplicate
raw-title|disagree|title-differs
tar-climb|holds the component ".."|archive-refused
tar-absolute|absolute, expected a relative one|archive-refused
tar-link|a symlink|archive-refused
tar-hard|a hard link|archive-refused
tar-device|a device|archive-refused
tar-fifo|a fifo|archive-refused
tar-twice|a second time|archive-refused
CASES
refuses "lint --manifest-only does not look into archives" 1 "[config-schema]" "$MPK" lint "oci:$work/layout:1" --manifest-only
cp "$STEPS_DIR/output" "$work/talk"
accepts "and says nothing of them" lacks archive-refused "$work/talk"

for form in raw tar; do
  fresh
  make "$form-setuid"
  accepts "$form: setuid, setgid and sticky" "$MPK" pull "oci:$work/layout:1" -o "$out"
  cp "$STEPS_DIR/output" "$work/talk"
  accepts "$form: are left out with a warning" grep -F "its setuid, setgid or sticky bit is left out" "$work/talk"
  accepts "$form: no file has them" is "$(find "$out" -type f -perm /7000)" ""
  refuses "lint: $form" 1 "$([[ $form == raw ]] && echo '[metadata-mode]' || echo '[archive-mode]')" \
    "$MPK" lint "oci:$work/layout:1" --fail-on warning
  accepts "$form: nothing beside it was touched" untouched

  fresh
  make "$form-case"
  accepts "$form: names that differ in case alone are two here" "$MPK" pull "oci:$work/layout:1" -o "$out"
  accepts "$form: both are there" none_but "./GOOD ./good "
  refuses "lint: $form" 1 "[path-case]" "$MPK" lint "oci:$work/layout:1" --fail-on warning

  # What somebody planted in the target before.
  make "$form-deep"
  for plant in "../canary deep" "../canary/er deep/er" "$world/canary/file deep/er/0" "/nowhere deep/er/0"; do
    fresh
    name=${plant#* }
    mkdir -p "$out/$(dirname "$name")"
    ln -s "${plant% *}" "$out/$name"
    for option in "" --overwrite; do
      refuses "$form: a link planted as $name $option" 1 "$name" "$MPK" pull "oci:$work/layout:1" -o "$out" $option
      accepts "$form: nothing beside it was touched" untouched
    done
  done
  fresh
  mkdir -p "$out/deep/er"
  ln "$world/canary/er/0" "$out/deep/er/0"
  refuses "$form: a hard link to the canary" 2 "differs" "$MPK" pull "oci:$work/layout:1" -o "$out"
  accepts "$form: --overwrite gives the name to a new file" "$MPK" pull "oci:$work/layout:1" -o "$out" --overwrite
  accepts "$form: nothing beside it was touched" untouched

  # A parent that is swapped for a link to the canary all the time.
  fresh
  mkdir -p "$out/deep/er"
  ln -s ../canary "$out/link"
  python3 "$here/swap.py" "$out/deep" "$out/link" &
  swapper=$!
  for _ in {1..25}; do
    "$MPK" pull "oci:$work/layout:1" -o "$out" --quiet --overwrite >/dev/null 2>&1 || true
    find "$out" -name '[0-9]' -path '*er/*' -delete 2>/dev/null || true
  done
  kill "$swapper"
  wait "$swapper" 2>/dev/null || true
  accepts "$form: nor while a parent is swapped for a link" untouched
done

image=$work/folding
mkdir "$work/folded"
if [[ $(id -u) -eq 0 ]] && { truncate -s 16M "$image" && mkfs.ext4 -q -O casefold "$image" && mount -o loop "$image" "$work/folded" &&
  mkdir "$work/folded/out" && chattr +F "$work/folded/out"; } 2>"$work/why" >&2; then
  trap 'umount "$work/folded"; rm -rf "$work"' EXIT
  for form in raw tar; do
    make "$form-case"
    refuses "$form: names that are one where case is folded" any "ignores case" "$MPK" pull "oci:$work/layout:1" -o "$work/folded/out"
    accepts "$form: nothing is written there" is "$(find "$work/folded/out" -mindepth 1)" ""
  done
else
  umount "$work/folded" 2>/dev/null || true
  skips "a file system that folds case" "none can be mounted here"
fi
close_steps "canary tree"
