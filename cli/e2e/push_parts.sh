#!/usr/bin/env bash
# One model from four machines: the digest of a plain push; lost, doubled, planted and old parts are refused.
. "$(dirname "$0")/common.sh"
needs_sandbox

unset JOB_COMPLETION_INDEX RANK WORLD_SIZE SLURM_ARRAY_TASK_ID SLURM_ARRAY_TASK_MIN SLURM_ARRAY_TASK_STEP SLURM_ARRAY_TASK_COUNT
cp -r "$model" "$work/model"
repository=$MPK_SANDBOX_REGISTRY/parts/tiny
tags() { "$MPK" list "$repository" --format json | python3 -c 'import json, sys; print(*[t["tag"] if isinstance(t, dict) else t for t in json.load(sys.stdin)["tags"]])'; }
joined() { "$MPK" push "$repository:$1" --join --format json | field digest >"$work/joined"; }

accepts "a plain push" "$MPK" push "$work/model" "$repository:plain"
plain=$(digest_of "$repository:plain")

# Each part as another scheduler names it; in no order, one at the same time as another.
accepts "part 4, said" "$MPK" push "$work/model" "$repository:1" --part 4/4
(SLURM_ARRAY_TASK_ID=21 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_STEP=10 SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_JOB_ID=71 \
  "$MPK" push "$work/model" "$repository:1" --part auto --quiet >"$work/third") &
third=$!
accepts "part 1 of an Indexed Job" env JOB_COMPLETION_INDEX=0 "$MPK" push "$work/model" "$repository:1" --part auto/4
accepts "part 3 of a Slurm array beside it" wait "$third"
accepts "which says so" grep -q ":1.part-3-of-4@sha256:" "$work/third"
refuses "join without part 2" 3 "of 4 parts these are missing: 2" "$MPK" push "$repository:1" --join
refuses "nothing is published" 11 "not found" "$MPK" inspect "$repository:1"
accepts "part 2 by RANK and WORLD_SIZE" env RANK=1 WORLD_SIZE=4 "$MPK" push "$work/model" "$repository:1" --part auto
accepts "join" joined 1
accepts "the digest is that of a plain push" is "$(<"$work/joined")" "$plain"
accepts "and what the tag names" is "$(digest_of "$repository:1")" "$plain"
accepts "the parts are gone" is "$(tags)" "1 plain"
accepts "pull" "$MPK" pull "$repository:1" -o "$work/out"
accepts "the files are the model's" diff -r "$work/model" "$work/out"
refuses "join again" 3 "was it joined already" "$MPK" push "$repository:1" --join

push_all() { # tag
  local part
  for part in 1 2 3 4; do "$MPK" push "$work/model" "$repository:$1" --part $part/4 --quiet >/dev/null || return 1; done
}
worker_of() { "$MPK" push "$repository:$1" --join --format json | python3 -c 'import json, sys; print([p["worker"] for p in json.load(sys.stdin)["parts"]][2])'; }
accepts "four parts" push_all 2
accepts "one of them again, by a pod" env POD_NAME=upload-2 "$MPK" push "$work/model" "$repository:2" --part 3/4
accepts "the join says who pushed it" is "$(worker_of 2)" "pod upload-2"

# The same names, sizes and times, other bytes: a machine with another copy.
accepts "four parts" push_all 3
cp -rp "$work/model" "$work/other"
tamper flip "$work/other/README.md"
touch -r "$work/model/README.md" "$work/other/README.md"
disagrees() { # one of the parts has the file
  local part
  for part in 1 2 3 4; do "$MPK" push "$work/other" "$repository:3" --part $part/4 || is $? 1; done 2>&1 | grep "is there already and disagrees about README.md"
}
accepts "a doubled part with other bytes is refused" disagrees
accepts "and the parts that were there join" joined 3
accepts "to the same digest" is "$(<"$work/joined")" "$plain"

# Part 3 is of yesterday's checkpoint: nothing but its time tells.
accepts "four parts" push_all 4
touch "$work/model/README.md"
for part in 1 2 4; do
  accepts "part $part after a change" "$MPK" push "$work/model" "$repository:4" --part $part/4
done
refuses "join with an old part" 1 "parts 1 and 3 were made from different plans: README.md" "$MPK" push "$repository:4" --join
refuses "nothing is published" 11 "not found" "$MPK" inspect "$repository:4"
accepts "part 3 again" "$MPK" push "$work/model" "$repository:4" --part 3/4
accepts "another model as part 2" "$MPK" tag "$repository:plain" 4.part-2-of-4
refuses "planted: no part" 1 "4.part-2-of-4: not a part" "$MPK" push "$repository:4" --join
accepts "part 1 as part 2" "$MPK" tag "$repository:4.part-1-of-4" 4.part-2-of-4
refuses "planted: another part" 1 "that of part 1 of 4" "$MPK" push "$repository:4" --join
accepts "part 2 again" "$MPK" push "$work/model" "$repository:4" --part 2/4
accepts "a fifth of four" "$MPK" tag "$repository:4.part-1-of-4" 4.part-5-of-4
refuses "planted: one too many" 1 "4.part-5-of-4: there can be no such part" "$MPK" push "$repository:4" --join
accepts "away with it" "$MPK" rm "$repository:4.part-5-of-4"
accepts "a part of another count" "$MPK" push "$work/model" "$repository:4" --part 1/2
refuses "parts of two runs" 1 "parts of several runs" "$MPK" push "$repository:4" --join
refuses "the wrong ones" 3 "of 2 parts these are missing: 2" "$MPK" push "$repository:4" --join --parts 2
accepts "the right ones" "$MPK" push "$repository:4" --join --parts 4
accepts "give the same digest" is "$(digest_of "$repository:4")" "$plain"

refuses "auto without a scheduler" 2 "JOB_COMPLETION_INDEX, SLURM_ARRAY_TASK_ID and RANK" "$MPK" push "$model" "$repository:5" --part auto
refuses "schedulers that disagree" 2 "RANK=1 WORLD_SIZE=4" env JOB_COMPLETION_INDEX=0 RANK=1 WORLD_SIZE=4 \
  "$MPK" push "$model" "$repository:5" --part auto
refuses "part 5 of 4" 2 "1 to 4" "$MPK" push "$model" "$repository:5" --part 5/4
refuses "--part and --join" 2 "one or the other" "$MPK" push "$repository:5" --part 1/4 --join
refuses "--join with a directory" 2 "mpk push REF --join" "$MPK" push "$model" "$repository:5" --join
refuses "--parts without --join" 2 "--join" "$MPK" push "$model" "$repository:5" --parts 4
refuses "--part of what was packed" 2 "needs the directory" "$MPK" push "$repository:5" --part 1/4
refuses "--parts 0" 2 "--parts 0" "$MPK" push "$repository:5" --join --parts 0
refuses "a tag that is too long" 2 "too long" "$MPK" push "$model" "$repository:$(printf 'a%.0s' {1..120})" --part 1/4
close_steps "push parts"
