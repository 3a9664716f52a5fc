#!/usr/bin/env bash
# The same model in another place, at another time, by another owner, in another locale: the same digest.
. "$(dirname "$0")/common.sh"

# Modes are part of the artifact (0755 where the owner may execute): cp keeps them, umask must not matter.
mkdir -p "$work/a" "$work/deeper/in/b"
cp -r "$model" "$work/a/model"
(umask 077 && cp -r "$model" "$work/deeper/in/b/another name")
find "$work/a/model" -exec touch -d '2001-02-03 04:05:06 UTC' {} +
find "$work/deeper" -exec touch -d '2031-02-03 04:05:06 UTC' {} +

pack() { "$MPK" pack "$1" -t "oci:$work/layout:${3:-1}" --format json | field digest >"$work/$2"; }
same() { is "$(<"$work/$1")" "$(<"$work/first")"; }

accepts "a first pack" env TZ=UTC LANG=C LC_ALL=C "$MPK" pack "$work/a/model" -t "oci:$work/layout:1"
accepts "its digest" pack "$work/a/model" first
accepts "is one" grep -qxE 'sha256:[0-9a-f]{64}' "$work/first"
accepts "another directory, other times, another mode" pack "$work/deeper/in/b/another name" second
accepts "the digest is the same" same second

locale=$(locale -a 2>/dev/null | grep -vE '^(C|POSIX|C\..*)$' | head -n 1 || true)
export TZ=Pacific/Kiritimati LANG=${locale:-tr_TR.UTF-8} LC_ALL=${locale:-tr_TR.UTF-8}
accepts "another time zone and locale (${locale:-none installed: only named})" pack "$work/a/model" third
accepts "the digest is the same" same third
unset TZ LANG LC_ALL

if [[ $(id -u) -eq 0 ]]; then
  chown -R 12345:54321 "$work/a/model"
  accepts "another owner" pack "$work/a/model" fourth
  accepts "the digest is the same" same fourth
else
  skips "another owner" "only root gives files away"
fi

accepts "another tag" pack "$work/a/model" fifth other-name
accepts "the digest is the same" same fifth

export SOURCE_DATE_EPOCH=1700000000
accepts "a date from SOURCE_DATE_EPOCH" pack "$work/a/model" dated
refuses "changes the digest" 1 "expected" same dated
accepts "the same date" pack "$work/deeper/in/b/another name" dated-again
accepts "gives the same digest" is "$(<"$work/dated-again")" "$(<"$work/dated")"
refuses "a date that is none" 2 "SOURCE_DATE_EPOCH" env SOURCE_DATE_EPOCH=yesterday \
  "$MPK" pack "$work/a/model" -t "oci:$work/layout:1"
unset SOURCE_DATE_EPOCH

chmod u+x "$work/a/model/config.json"
accepts "a file becomes executable" pack "$work/a/model" mode
refuses "and changes the digest" 1 "expected" same mode
close_steps "pack: same digest"
