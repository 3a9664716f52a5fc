#!/usr/bin/env bash
# The aiBOM of the same files: the same bytes, whoever writes it, wherever, whenever, and however the directory lists them.
. "$(dirname "$0")/common.sh"
chmod 755 "$work" # another user reads here

# Some files more, whose order differs between byte order, locales and directories.
source=$work/source
cp -r "$model" "$source"
for name in Z a É e zebra Äpfel 模型 _x 10 9 "b b" sub/É sub/e sub/Z; do
  mkdir -p "$(dirname "$source/$name")"
  printf '%s' "$name" >"$source/$name.txt"
done
names=$(cd "$source" && find . -type f | LC_ALL=C sort)

copy() { # FOLDER: the files in the order of standard input, under the same name
  while IFS= read -r name; do
    mkdir -p "$(dirname "$1/model/$name")"
    cp "$source/$name" "$1/model/$name"
  done
}
copy "$work/sorted" <<<"$names"
copy "$work/reversed" < <(tac <<<"$names")
copy "$work/shuffled" < <(shuf --random-source=<(yes 7) <<<"$names")
(umask 077 && copy "$work/strict umask" < <(shuf --random-source=<(yes 9) <<<"$names"))
find "$work/reversed" -exec touch -d '2001-02-03 04:05:06 UTC' {} +
locale=$(locale -a 2>/dev/null | grep -vE '^(C|POSIX|C\..*)$' | head -n 1 || true)
date=2026-01-02T03:04:05Z
around=() # variables of the environment

for version in 1.6 1.7; do
  for dated in "" "--created $date"; do
    create() { # FOLDER OUTPUT
      # shellcheck disable=SC2086 # an option and its value, or nothing
      env "${around[@]}" "$MPK" aibom create "$1/model" --quiet --spec-version "$version" $dated >"$work/$2"
    }
    same() { cmp "$work/first" "$work/$1"; }
    also() { create "$1" again && same again; }
    what="$version${dated:+ with a date}"
    accepts "$what: a first document" create "$work/sorted" first
    accepts "$what: is valid" "$MPK" aibom validate "$work/first"
    accepts "$what: the same twice" also "$work/sorted"
    accepts "$what: another order of the files" also "$work/reversed"
    accepts "$what: yet another" also "$work/shuffled"
    accepts "$what: another umask" also "$work/strict umask"
    around=(TZ=Pacific/Kiritimati "LANG=${locale:-tr_TR.UTF-8}" "LC_ALL=${locale:-tr_TR.UTF-8}")
    accepts "$what: another time zone and locale (${locale:-none installed: only named})" also "$work/shuffled"
    around=(TZ=America/St_Johns LANG=C LC_ALL=POSIX HOME=/nonexistent)
    accepts "$what: the plainest, and no home" also "$work/reversed"
    around=()
    # shellcheck disable=SC2086
    (cd "$work/shuffled" && "$MPK" aibom create model --quiet --spec-version "$version" $dated >"$work/relative")
    accepts "$what: another working directory, by a relative path" same relative
    accepts "$what: as a file" bash -c '"$1" aibom create "$2" --quiet --spec-version $4 $5 -o "$3" && cmp "$3" "$6"' \
      . "$MPK" "$work/sorted/model" "$work/out.json" $version "$dated" "$work/first"
    printf '%s' "changed" >"$work/reversed/model/Z.txt"
    refuses "$what: other bytes" 1 "differ" also "$work/reversed"
    cp "$source/Z.txt" "$work/reversed/model/Z.txt"
  done
done

accepts "a date from the environment" env SOURCE_DATE_EPOCH="$(date -d "$date" +%s)" "$MPK" aibom create "$work/sorted/model" --quiet --spec-version 1.7 -o "$work/by-environment"
accepts "is the one of --created" cmp "$work/first" "$work/by-environment"

# A file system that lists names in another order, and another user: where that is possible.
shm=$(mktemp -d /dev/shm/mpk.XXXXXX 2>/dev/null || true)
if [[ -n $shm ]]; then
  trap 'rm -rf "$work" "$shm"' EXIT
  copy "$shm" < <(tac <<<"$names")
  accepts "another file system" also "$shm"
else
  skips "another file system" "/dev/shm can't be written"
fi
if [[ $(id -u) -eq 0 ]] && cp "$MPK" "$work/mpk" && setpriv --reuid=65534 --regid=65534 --clear-groups true 2>"$work/why"; then
  chmod -R a+rX "$work/sorted"
  accepts "another user" bash -c 'setpriv --reuid=65534 --regid=65534 --clear-groups "$1" aibom create "$2" --quiet --spec-version 1.7 --created "$4" | cmp - "$3"' \
    . "$work/mpk" "$work/sorted/model" "$work/first" "$date"
else
  skips "another user" "only root becomes another"
fi
close_steps "aibom: same bytes"
