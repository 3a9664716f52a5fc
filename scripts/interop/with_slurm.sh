#!/usr/bin/env bash
# mpk under a real Slurm on one node: an array of four tasks pushes the parts, a job that depends on it joins them.
# Needs MPK, MODEL and STEPS_DIR. Prints SKIPPED and why where Slurm can't run.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PATH=$PATH:/usr/sbin:/sbin

skip() {
  echo "SKIPPED: slurm: $*"
  exit 0
}

# Daemons, tasks and ports live in namespaces of this run's own: they end with it, however it ends.
if [[ ${1:-} != inside ]]; then
  for program in munged slurmctld slurmd sbatch unshare ip; do
    command -v "$program" >/dev/null || skip "$program is missing (slurm-wlm, munge)"
  done
  [[ $EUID -eq 0 ]] || skip "slurmd needs root"
  isolated=(unshare --net --pid --fork --kill-child --mount-proc --)
  "${isolated[@]}" ip link set lo up 2>/dev/null || skip "namespaces can't be made here"
  # Slurm asks getaddrinfo for families that are configured; 127.0.0.1 does not count (AI_ADDRCONFIG).
  exec "${isolated[@]}" bash -c 'ip link set lo up && ip address add 192.0.2.1/32 dev lo && exec "$@"' slurm \
    "$MPK" sandbox run --quiet -- bash "${BASH_SOURCE[0]}" inside
fi

. "$here/steps.sh"
state=$STEPS_DIR/slurm
host=$(hostname -s)
mkdir -p "$state/spool" "$state/save"
# munged wants every directory above its socket to be passable.
socket=$(mktemp -d /run/mpk-munge.XXXXXX)
trap 'rm -rf "$socket"' EXIT
chmod 0755 "$socket"

head -c 1024 /dev/urandom >"$state/munge.key"
chmod 0400 "$state/munge.key"
cat >"$state/slurm.conf" <<CONF
ClusterName=mpk
SlurmctldHost=$host(192.0.2.1)
SlurmUser=root
AuthInfo=socket=$socket/munge
StateSaveLocation=$state/save
SlurmdSpoolDir=$state/spool
SlurmctldPidFile=$state/slurmctld.pid
SlurmdPidFile=$state/slurmd.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2,batch_sched_delay=0,kill_invalid_depend
MinJobAge=300
NodeName=$host NodeAddr=192.0.2.1 CPUs=16 State=UNKNOWN
PartitionName=all Nodes=$host Default=YES State=UP MaxTime=INFINITE
CONF
export SLURM_CONF=$state/slurm.conf

daemon() { # name command…
  local name=$1
  shift
  "$@" >"$state/$name.log" 2>&1 &
}
daemon munged munged --foreground --force --key-file="$state/munge.key" --socket="$socket/munge" \
  --pid-file="$state/munged.pid" --seed-file="$state/munged.seed" --log-file="$state/munged.log"
for _ in {1..50}; do
  [[ ! -S $socket/munge ]] || break
  sleep 0.1
done
daemon slurmctld slurmctld -D
daemon slurmd slurmd -D
ready() { [[ $(timeout 5 sinfo --noheader --format=%T 2>/dev/null) == idle ]]; }
for _ in {1..60}; do
  ! ready || break
  sleep 0.5
done
if ! ready; then
  tail -n 3 "$state"/munged.log "$state"/slurmctld.log "$state"/slurmd.log
  skip "the node does not become idle here"
fi

ref=$MPK_SANDBOX_REGISTRY/slurm/tiny
field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
digest_of() { "$MPK" inspect "$1" --format json | field digest; }
is() { [[ $1 == "$2" ]] || { printf 'found    %s\nexpected %s\n' "$1" "$2"; return 1; }; }
script=$here/../../docs/deploy/push-parts.sbatch
submit() { sbatch --parsable --chdir="$state" --output="$state/job-%A-%a.out" "$@" >"$state/submitted" && job=$(<"$state/submitted"); }
ended() { # waits for a job; its tasks' states, each once
  local states
  for _ in {1..120}; do
    states=$(squeue --noheader --states=all --array --jobs="$1" --format=%T | sort -u | paste -sd' ')
    [[ $states =~ PENDING|RUNNING|COMPLETING|CONFIGURING ]] || break
    sleep 0.5
  done
  printf '%s' "$states"
}
talk() { cat "$state"/job-*.out; }

accepts "mpk push on one machine" "$MPK" push "$MODEL" "$ref:plain"
accepts "sbatch of an array of four, from 1" submit --array=1-4 "$script" "$MODEL" "$ref:1"
array=$job
accepts "sbatch of a join that depends on it" submit --dependency="afterok:$array" "$script" --join "$ref:1" 4
accepts "the array completes" is "$(ended "$array")" COMPLETED
accepts "the join completes" is "$(ended "$job")" COMPLETED
accepts "each task pushed its part" is "$(talk | grep -o ':1\.part-.-of-4@' | sort | paste -sd' ')" \
  ":1.part-1-of-4@ :1.part-2-of-4@ :1.part-3-of-4@ :1.part-4-of-4@"
accepts "the digest is that of one machine" is "$(digest_of "$ref:1")" "$(digest_of "$ref:plain")"

accepts "an array with another first number and step" submit --array=10-40:10 "$script" "$MODEL" "$ref:2"
array=$job
accepts "completes" is "$(ended "$array")" COMPLETED
"$MPK" push "$ref:2" --join --format json >"$state/joined.json" 2>"$STEPS_DIR/output" || true
workers=$(python3 -c 'import json, sys; print(*[p["worker"] for p in json.load(open(sys.argv[1]))["parts"]], sep=", ")' "$state/joined.json" || true)
accepts "the parts say which task pushed them" is "$workers" \
  "slurm job $array task 10, slurm job $array task 20, slurm job $array task 30, slurm job $array task 40"
accepts "the digest is that of one machine" is "$(digest_of "$ref:2")" "$(digest_of "$ref:plain")"

accepts "an array of one task of four" submit --array=3 "$script" "$MODEL" "$ref:3"
accepts "completes as part 1 of 1" is "$(ended "$job")" COMPLETED
accepts "an array of four beside it" submit --array=1-4 "$script" "$MODEL" "$ref:3"
accepts "completes" is "$(ended "$job")" COMPLETED
refuses "the join refuses the mix" 1 "parts of several runs" "$MPK" push "$ref:3" --join
accepts "and joins the four when told" "$MPK" push "$ref:3" --join --parts 4
accepts "the digest is that of one machine" is "$(digest_of "$ref:3")" "$(digest_of "$ref:plain")"
close_steps "slurm"
