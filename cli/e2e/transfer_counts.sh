#!/usr/bin/env bash
# How often pack, push and pull read, hash, send and write each byte: what --stats says, what the kernel counted, what the
# registry saw.
. "$(dirname "$0")/common.sh"
needs_sandbox
python3 "$here/big_model.py" "$work/model" 96
size=$(bytes_below "$work/model")
blobs=4 # two shards, config.json, and the artifact's own config

front() { # port-file log [--monolithic]
  python3 "$here/front.py" "${MPK_SANDBOX_REGISTRY##*:}" "${@:2}" >"$1" &
  fronts+=($!)
  for _ in {1..100}; do [[ -s $1 ]] && return || sleep 0.1; done
}
fronts=()
trap 'kill "${fronts[@]}" 2>/dev/null; rm -rf "$work"' EXIT
front "$work/port" "$work/log"
front "$work/monolithic.port" "$work/monolithic.log" --monolithic
streaming=127.0.0.1:$(<"$work/port")
monolithic=127.0.0.1:$(<"$work/monolithic.port")
seen() { grep -cE "$1" "$2" || true; }
blob_bytes() { awk '$2 == "upload" { sum += $3 } END { print sum + 0 }' "$1"; }
# mpk keeps no more than a few documents besides the model: what the kernel says is a few hundredths off, not a half.
kernel_agrees() { accepts "the kernel read as much" near "$(rchar)" "$1" 4; }

accepts "pack" counted pack "$work/model" -t "oci:$work/layout:1" --no-cache
accepts "reads each byte once" is "$(stats read)" "$size"
accepts "hashes each byte once" is "$(stats hashed)" "$size"
kernel_agrees "$size"
accepts "asks nobody" is "$(stats requests)$(sed -nE 's/.* ([0-9]+) requests$/\1/p' "$work/talk")" 0

accepts "push to a host that takes streams" counted push "$work/model" "$streaming/counts:1" --no-cache
accepts "reads each byte once" is "$(stats read)" "$size"
accepts "hashes each byte once" is "$(stats hashed)" "$size"
accepts "sends each byte once" near "$(stats sent)" "$size" 1
accepts "the registry got it once" near "$(blob_bytes "$work/log")" "$size" 1
kernel_agrees "$size"

for run in new known; do
  : >"$work/monolithic.log"
  accepts "push to a host without streams ($run)" counted push "$work/model" "$monolithic/counts-$run:1" --no-cache
  accepts "reads each byte twice at most" at_most "$(stats read)" $((2 * size))
  accepts "hashes each byte once" is "$(stats hashed)" "$size"
  accepts "sends each byte once" near "$(stats sent)" "$size" 1
  accepts "the registry got it once" near "$(blob_bytes "$work/monolithic.log")" "$size" 1
  accepts "the kernel read no more" at_most "$(rchar)" $((2 * size + size / 25))
done
accepts "that it takes none was not asked again" is "$(seen '^PATCH' "$work/monolithic.log")" 0

for host in streaming monolithic; do
  log=$work/log && [[ $host == streaming ]] || log=$work/monolithic.log
  : >"$log"
  accepts "push of what is there, $host host" counted push "$work/model" "${!host}/counts$([[ $host == streaming ]] || echo -known):1" --no-cache
  accepts "reads each byte once at most" at_most "$(stats read)" "$size"
  accepts "hashes each byte once at most" at_most "$(stats hashed)" "$size"
  accepts "sends no byte of a blob" is "$(blob_bytes "$log")" 0
  accepts "opens no upload" is "$(seen ' upload ' "$log")" 0
  accepts "asks once for each blob at most" at_most "$(seen '^HEAD blob' "$log")" "$blobs"
  accepts "and puts the manifest, two requests at most" at_most "$(wc -l <"$log")" $((blobs + 2))
  accepts "stats counts as many" is "$(sed -nE 's/.* ([0-9]+) requests$/\1/p' "$work/talk")" "$(wc -l <"$log")"
  accepts "the kernel read no more" at_most "$(rchar)" $((size + size / 25))
done

: >"$work/log"
accepts "pull" counted pull "$streaming/counts:1" -o "$work/out"
accepts "receives each byte once" near "$(stats received)" "$size" 1
accepts "hashes each byte once" is "$(stats hashed)" "$size"
accepts "writes each byte once" is "$(stats written)" "$size"
accepts "the kernel wrote as much" near "$(wchar)" "$size" 4
accepts "the kernel read next to nothing" at_most "$(rchar)" $((size / 25))
accepts "each layer came by one request" is "$(seen '^GET blob' "$work/log")" $((blobs - 1))
accepts "the files are right" diff -r "$work/model" "$work/out"
accepts "pull of what is there" counted pull "$streaming/counts:1" -o "$work/out"
accepts "writes nothing" is "$(stats written)" 0
accepts "receives no layer" at_most "$(stats received)" 10000
tier_of() { # property of the model, document
  python3 -c 'import json, sys
list = json.load(open(sys.argv[2]))["metadata"]["component"]["properties"]
at = [each["name"] for each in list].index(sys.argv[1])
name = f"mpk:provenance:/metadata/component/properties/{at}"
print(next(each["value"] for each in list if each["name"] == name).split(";")[0])' "$@"
}
files_of() { python3 -c 'import json, sys; print(json.dumps(json.load(open(sys.argv[1]))["metadata"]["component"]["components"], indent=1))' "$1"; }

# A model of 300 MiB in a registry: its aiBOM takes its headers.
python3 "$here/big_model.py" "$work/large" 300
accepts "push of a large model" "$MPK" push "$work/large" "$streaming/large:1" --quiet
: >"$work/log"
accepts "aibom create of it" counted aibom create "$streaming/large:1" -o "$work/heads.json"
accepts "receives headers only" at_most "$(stats received)" $((1 << 20))
accepts "with few requests" at_most "$(wc -l <"$work/log")" 10
accepts "what its header says is declared" is "$(tier_of mpk:parameters "$work/heads.json")" declared
accepts "aibom create --content of it" counted aibom create "$streaming/large:1" --content -o "$work/content.json"
accepts "receives everything" near "$(stats received)" "$(bytes_below "$work/large")" 1
accepts "then it is verified" is "$(tier_of mpk:parameters "$work/content.json")" verified
accepts "both say the same of the files" diff <(files_of "$work/heads.json") <(files_of "$work/content.json")
refuses "--content of a directory" 2 "a directory is always read" "$MPK" aibom create "$work/large" --content
close_steps "transfer counts"
