#!/usr/bin/env bash
# Inside `mpk sandbox run`: the lines of docs/ci/*.yml, taken out of the files and run with what GitHub and GitLab give.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/steps.sh"

ci=$here/../../docs/ci
dir=$MPK_SANDBOX_DIR
unset SIGSTORE_ID_TOKEN CI GITHUB_ACTIONS GITLAB_CI
mkdir -p "$STEPS_DIR/bin" "$STEPS_DIR/work"
cd "$STEPS_DIR/work"

# The files speak to the public Sigstore; here mpk is told of the sandbox's.
cat >"$STEPS_DIR/bin/mpk" <<SH
#!/bin/sh
case \$1 in
  ship) exec "$MPK" "\$@" --signing-config "$dir/signing-config.json" --trusted-root "$dir/trusted-root.json" ;;
  verify) exec "$MPK" "\$@" --trusted-root "$dir/trusted-root.json" ;;
esac
exec "$MPK" "\$@"
SH
chmod +x "$STEPS_DIR/bin/mpk"
export PATH=$STEPS_DIR/bin:$PATH
# shellcheck disable=SC2016 # train.sh expands it
printf '#!/bin/sh\ncp -r "%s" "$1"\n' "$MODEL" >train.sh
chmod +x train.sh
policy() { # identity
  printf '%s\n' "apiVersion: mpk/v1" "signers: [{issuer: \"$MPK_SANDBOX_ISSUER\", identity: \"$1\"}]" "aibom: {required: true}" >policy.yaml
}
fresh_token() { curl -sf -G "$MPK_SANDBOX_ISSUER/token" --data-urlencode "sub=$1" --data-urlencode audience=sigstore; }

# The lines of a job. GitHub's expressions stand in `env` only, never in a line that a shell reads.
lines() { # file job
  "$MODELS_PYTHON" - "$@" <<'PY'
import sys, yaml
job = yaml.safe_load(open(sys.argv[1]))
job = job.get("jobs", job)[sys.argv[2]]
found = job.get("script") or [step["run"] for step in job["steps"] if "run" in step]
assert found and not any("${{" in line for line in found), found
print("\n".join(found))
PY
}
job() { # file job: as a container's shell runs it
  lines "$ci/$1" "$2" >"$STEPS_DIR/$2.sh" && sh -e "$STEPS_DIR/$2.sh"
}
grants() { # job: exactly these permissions
  "$MODELS_PYTHON" - "$ci/github-actions.yml" "$@" <<'PY'
import re, sys, yaml
file = yaml.safe_load(open(sys.argv[1]))
assert file["permissions"] == {}, file["permissions"]
job = file["jobs"][sys.argv[2]]
found = sorted(f"{k}:{v}" for k, v in job["permissions"].items())
assert found == sorted(sys.argv[3:]), found
for step in job["steps"]:
    assert "uses" not in step or re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step["uses"]), step
PY
}

# -- GitHub: the job asks an address for its token.
workflow=https://github.com/acme/train/.github/workflows/model.yml@refs/tags/v1
python3 -u - "$MPK_SANDBOX_ISSUER" "$workflow" >"$STEPS_DIR/port" 2>/dev/null <<'PY' &
import http.server, json, sys, urllib.parse, urllib.request
class Tokens(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
        right = self.headers["Authorization"] == "bearer job-secret" and asked["audience"] == ["sigstore"]
        self.send_response(200 if right else 401)
        self.end_headers()
        if right:
            query = urllib.parse.urlencode({"sub": sys.argv[2], "audience": "sigstore"})
            with urllib.request.urlopen(f"{sys.argv[1]}/token?{query}") as answer:
                self.wfile.write(json.dumps({"value": answer.read().decode().strip()}).encode())
server = http.server.HTTPServer(("127.0.0.1", 0), Tokens)
print(server.server_port, flush=True)
server.serve_forever()
PY
tokens=$!
trap 'kill "$tokens"' EXIT
until [[ -s $STEPS_DIR/port ]]; do sleep 0.05; done
github() { # job
  env GITHUB_ACTIONS=true CI=true GITHUB_ACTOR=acme TOKEN=secret REGISTRY="$MPK_SANDBOX_REGISTRY" REF="$MPK_SANDBOX_REGISTRY/acme/github:v1" \
    GITHUB_OUTPUT="$STEPS_DIR/output.github" GITHUB_SERVER_URL=https://github.com GITHUB_REPOSITORY=acme/train GITHUB_REF=refs/tags/v1 \
    GITHUB_SHA="$(printf 'a%.0s' {1..40})" GITHUB_WORKFLOW_REF="${workflow#https://github.com/}" GITHUB_RUN_ID=1 GITHUB_RUN_ATTEMPT=1 \
    "${@:2}" bash -c "$(declare -f job lines); ci=$ci STEPS_DIR=$STEPS_DIR; job github-actions.yml $1"
}
identity=(ACTIONS_ID_TOKEN_REQUEST_URL="http://127.0.0.1:$(<"$STEPS_DIR/port")/?v=2" ACTIONS_ID_TOKEN_REQUEST_TOKEN=job-secret)
accepts "GitHub: train may read" grants train contents:read
accepts "GitHub: ship may push and has an identity" grants ship id-token:write packages:write
accepts "GitHub: verify may read" grants verify contents:read packages:read
policy "$workflow"
accepts "GitHub: train" github train
refuses "GitHub: ship without an identity" 2 "id-token: write" github ship
accepts "GitHub: ship" github ship "${identity[@]}"
reference=$(sed -n 's/^reference=//p' "$STEPS_DIR/output.github")
accepts "GitHub: verify, by digest" github verify REFERENCE="$reference"
policy "$workflow-other"
refuses "GitHub: verify refuses another workflow" 12 "somebody else" github verify REFERENCE="$reference"

# -- GitLab: the token is in a variable.
rm -rf model
pipeline=https://gitlab.com/acme/train//.gitlab-ci.yml@refs/tags/v1
gitlab() { # job
  env GITLAB_CI=true CI=true CI_JOB_ID=1 CI_SERVER_URL=https://gitlab.com CI_PROJECT_URL=https://gitlab.com/acme/train \
    CI_COMMIT_SHA="$(printf 'a%.0s' {1..40})" CI_COMMIT_REF_NAME=v1 CI_JOB_URL=https://gitlab.com/acme/train/-/jobs/1 CI_RUNNER_ID=1 CI_REGISTRY="$MPK_SANDBOX_REGISTRY" CI_REGISTRY_USER=acme CI_REGISTRY_PASSWORD=secret \
    REF="$MPK_SANDBOX_REGISTRY/acme/gitlab:v1" "${@:2}" bash -c "$(declare -f job lines); ci=$ci STEPS_DIR=$STEPS_DIR; job gitlab-ci.yml $1"
}
policy "$pipeline"
accepts "GitLab: train" gitlab train
refuses "GitLab: ship without an identity" 2 "SIGSTORE_ID_TOKEN" gitlab ship
accepts "GitLab: ship" gitlab ship SIGSTORE_ID_TOKEN="$(fresh_token "$pipeline")"
accepts "GitLab: verify, by digest" gitlab verify "$(<shipped.env)"
policy "$workflow"
refuses "GitLab: verify refuses another pipeline" 12 "somebody else" gitlab verify "$(<shipped.env)"
close_steps "CI"
