#!/usr/bin/env bash
# mpk attest verify: provenance signed as GitHub's and GitLab's jobs sign it, what it is accepted for, and each refusal.
. "$(dirname "$0")/common.sh"
needs_sandbox
repo=$MPK_SANDBOX_REGISTRY/builds
cd "$work"

# A token as that CI gives it to a job, with the claims that differ; the predicate that its tools write of the same job.
cat >job.py <<'PY'
import json, sys, urllib.parse, urllib.request
issuer, what, changes, edits = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), sys.argv[4]
commit = "0f3c1a5b7d9e2f4a6c8b0d1e3f5a7b9c1d3e5f70"
claims = {"repository": "acme/model", "repository_owner": "acme", "repository_id": "11", "repository_owner_id": "22",
          "job_workflow_ref": "acme/model/.github/workflows/train.yml@refs/heads/main",
          "workflow_ref": "acme/model/.github/workflows/train.yml@refs/heads/main", "workflow": "train",
          "sha": commit, "workflow_sha": commit, "ref": "refs/heads/main", "event_name": "push",
          "run_id": "77", "run_attempt": "1", "runner_environment": "github-hosted"}
if what == "gitlab":
    claims = {"ci_config_ref_uri": "gitlab.com/group/project//.gitlab-ci.yml@refs/heads/main", "ci_config_sha": commit,
              "project_path": "group/project", "project_id": "1", "sha": commit, "ref_path": "refs/heads/main",
              "pipeline_source": "push", "job_id": "99", "runner_environment": "gitlab-hosted"}
claims |= changes
query = urllib.parse.urlencode({"sub": "https://ci.example/job", "claims": json.dumps(claims)})
open("token.jwt", "wb").write(urllib.request.urlopen(f"{issuer}/token?{query}").read())
source = "https://github.com/" + claims.get("repository", "")
if what == "gitlab":
    source = "https://gitlab.com/group/project"
    predicate = {"buildDefinition": {"buildType": "https://docs.gitlab.com/ci/pipeline_security/slsa/provenance_v1",
                 "externalParameters": {"source": source, "entryPoint": "train"},
                 "resolvedDependencies": [{"uri": source, "digest": {"gitCommit": commit}}]},
                 "runDetails": {"builder": {"id": source + "/-/runners/5"}, "metadata": {"invocationId": "99"}}}
elif what == "npm":
    uri = {"uri": f"git+{source}@{claims['ref']}", "digest": {"sha1": commit}}
    predicate = {"builder": {"id": "https://github.com/actions/runner"}, "buildType": "https://github.com/npm/cli/gha/v2",
                 "invocation": {"configSource": uri | {"entryPoint": ".github/workflows/train.yml"},
                                "environment": {"GITHUB_EVENT_NAME": claims["event_name"]}},
                 "metadata": {"buildInvocationId": "77-1"}, "materials": [uri]}
else:
    predicate = {"buildDefinition": {"buildType": "https://actions.github.io/buildtypes/workflow/v1",
                 "externalParameters": {"workflow": {"ref": claims["workflow_ref"].split("@")[1],
                                                     "repository": source, "path": ".github/workflows/train.yml"}},
                 "internalParameters": {"github": {"event_name": claims["event_name"]}},
                 "resolvedDependencies": [{"uri": f"git+{source}@{claims['ref']}", "digest": {"gitCommit": commit}}]},
                 "runDetails": {"builder": {"id": "https://github.com/" + claims["job_workflow_ref"]},
                                "metadata": {"invocationId": source + "/actions/runs/77/attempts/1"}}}
json.dump(predicate, open("clean.json", "w"))
if edits:
    exec(edits, {"p": predicate})
json.dump(predicate, open("predicate.json", "w"))
PY

built() { # tag what claims-that-differ edit-of-the-predicate: attaches the provenance of such a job
  local type=slsaprovenance1
  [[ $2 == npm ]] && type=slsaprovenance
  python3 job.py "$MPK_SANDBOX_ISSUER" "$2" "${3:-"{}"}" "${4:-}"
  "$MPK" attest "$repo:$1" --type "$type" --predicate predicate.json --identity-token token.jwt "${signing[@]}" --quiet >/dev/null
}
model_of() { # tag: into ./one, a model of its own
  rm -rf one && cp -r "$model" one && printf '%s\n' "$1" >>one/README.md
}
artifact() { # tag: one that nothing is attached to
  model_of "$1"
  "$MPK" push one "$repo:$1" --quiet >/dev/null
}
verify() { # tag options…
  "$MPK" attest verify "$repo:$1" --source-uri github.com/acme/model --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER" \
    "${trust[@]}" "${@:2}"
}
shared='{"job_workflow_ref": "acme/builders/.github/workflows/pack.yml@refs/tags/v1.2.0"}'
at_tag='{"ref": "refs/tags/v1.2.3", "workflow_ref": "acme/model/.github/workflows/train.yml@refs/tags/v1.2.3",
  "job_workflow_ref": "acme/model/.github/workflows/train.yml@refs/tags/v1.2.3"}'
pull='{"ref": "refs/pull/7/merge", "workflow_ref": "acme/model/.github/workflows/train.yml@refs/pull/7/merge",
  "job_workflow_ref": "acme/model/.github/workflows/train.yml@refs/pull/7/merge", "event_name": "pull_request"}'

for tag in own shared tag npm gitlab pull selfhosted foreign commit several none person; do artifact "$tag"; done
built own github
built shared github "$shared"
built tag github "$at_tag"
built npm npm
built gitlab gitlab
built pull github "$pull"
built selfhosted github '{"runner_environment": "self-hosted"}'
built foreign github '{"repository": "evil/model"}'
built commit github '{}' 'p["buildDefinition"]["resolvedDependencies"][0]["digest"]["gitCommit"] = "0" * 40'

accepts "a workflow of the source itself" verify own
accepts "with its branch, commit and signer" verify own --source-branch main \
  --source-commit 0f3c1a5b7d9e2f4a6c8b0d1e3f5a7b9c1d3e5f70 --deny-self-hosted-runners \
  --signer-workflow github.com/acme/model/.github/workflows/train.yml
accepts "a shared workflow that is named" verify shared --builder-id https://github.com/acme/builders/.github/workflows/pack.yml@v1.2.0
accepts "a tag, and its version" verify tag --source-tag v1.2.3
accepts "a version" verify tag --source-versioned-tag v1
accepts "npm, v0.2" verify npm --builder-id https://github.com/actions/runner
accepts "a pull request that may be" verify pull --allow-pull-requests
accepts "a self-hosted runner that may be" verify selfhosted
accepts "GitLab" "$MPK" attest verify "$repo:gitlab" --source-uri gitlab.com/group/project --source-branch main \
  --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER" "${trust[@]}"

while IFS='|' read -r tag code text options; do
  # shellcheck disable=SC2086 # several options
  refuses "$tag $options" "$code" "[$text]" verify "$tag" -v $options
done <<'CASES'
own|12|branch-not-expected|--source-branch dev
own|12|tag-not-expected|--source-tag v1.2.3
own|12|commit-not-expected|--source-commit 0000000000000000000000000000000000000000
own|12|signer-not-expected|--signer-workflow github.com/acme/builders/.github/workflows/pack.yml
own|12|builder-not-expected|--builder-id https://github.com/acme/builders/.github/workflows/pack.yml
own|1|inputs-unknown|--build-workflow-input size=8b
own|10|no-provenance|--type slsaprovenance
shared|12|signer-unknown|
shared|12|builder-not-expected|--builder-id https://github.com/acme/builders/.github/workflows/pack.yml@v1.2.1
tag|12|version-not-expected|--source-versioned-tag v1.3
tag|12|branch-not-expected|--source-branch main
npm|1|builder-not-expected|--builder-id https://github.com/actions/runner/self-hosted
pull|12|pull-request|
selfhosted|12|runner-self-hosted|--deny-self-hosted-runners
foreign|12|source-not-expected|
commit|1|commit-disagrees|
none|10|no-provenance|
CASES
refuses "another repository" 12 "built from another repository" "$MPK" attest verify "$repo:own" \
  --source-uri github.com/acme/Model --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER" "${trust[@]}"
refuses "another issuer" 12 "another issuer vouches" "$MPK" attest verify "$repo:own" --source-uri github.com/acme/model "${trust[@]}"
refuses "an artifact that is not there" 11 "reference" verify nowhere

# A person may sign any predicate, and is no CI.
python3 job.py "$MPK_SANDBOX_ISSUER" github '{}' ''
"$MPK" attest "$repo:person" --type slsaprovenance1 --predicate predicate.json "${signing[@]}" --quiet >/dev/null
refuses "a person's provenance" 12 "[claim-missing]" verify person -v

# What ship writes in such a job is what the certificate says, also where a shared workflow runs.
ships() { # tag claims-that-differ options…
  model_of "$1"
  python3 job.py "$MPK_SANDBOX_ISSUER" github "$2" ''
  env GITHUB_ACTIONS=true GITHUB_SERVER_URL=https://github.com GITHUB_REPOSITORY=acme/model GITHUB_REF=refs/heads/main \
    GITHUB_WORKFLOW_REF=acme/model/.github/workflows/train.yml@refs/heads/main GITHUB_EVENT_NAME=push GITHUB_RUN_ID=77 \
    GITHUB_SHA=0f3c1a5b7d9e2f4a6c8b0d1e3f5a7b9c1d3e5f70 RUNNER_ENVIRONMENT=github-hosted \
    "$MPK" ship one "$repo:$1" --identity-token token.jwt "${signing[@]}" --quiet "${@:3}" >/dev/null
}
builders=https://github.com/acme/builders/.github/workflows/pack.yml
accepts "shipped by the source's own workflow" ships shipped '{}'
accepts "and verified" verify shipped
accepts "shipped by a shared workflow" ships called "$shared"
accepts "and verified as its" verify called --builder-id "$builders@v1.2.0"
refuses "which has to be named" 12 "[signer-unknown]" verify called -v
accepts "shipped under a builder's name of one's own" ships named "$shared" --builder-id https://ci.example/b
refuses "which the certificate does not bear out" 1 "[builder-" verify named -v --builder-id "$builders@v1.2.0"

# One that passes is enough; the others are told.
built several github '{"repository": "evil/model"}'
refuses "a foreign one alone" 12 "built from another repository" verify several
built several github
accepts "and a good one" says "does not count: built from another repository" verify several
verify several --format json >verdict.json || true
accepts "one verdict" is "$(field kind <verdict.json) $(field result <verdict.json) $(field exitCode <verdict.json)" "Verdict passed 0"
accepts "its facts" says '"source": "git+https://github.com/acme/model@refs/heads/main"' cat verdict.json
accepts "as SARIF" says '"2.1.0"' verify several --format sarif

# The accepted predicate, and nothing beside it.
verify own --print-provenance >printed.json 2>talk
python3 job.py "$MPK_SANDBOX_ISSUER" github '{}' ''
accepts "the predicate is printed" python3 -c 'import json; assert json.load(open("printed.json")) == json.load(open("clean.json"))'
verify own --print-provenance --source-branch dev >printed.json 2>talk || true
accepts "of a refused one nothing" is "$(cat printed.json)" ""
accepts "and the verdict to standard error" grep -q "built from another ref" talk
refuses "not both" 2 "exclude each other" verify own --print-provenance --format json

# A layout, and a bundle beside a digest; other digests have no such bundle.
"$MPK" copy "$repo:own" "oci:$work/layout:1" --quiet >/dev/null
accepts "a layout" "$MPK" attest verify "oci:$work/layout:1" --source-uri github.com/acme/model --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER" "${trust[@]}"
bundle=$(grep -rlF '"dsseEnvelope"' layout/blobs | head -n 1)
digest=$(digest_of "$repo:own")
of_bundle() { # target file options…
  "$MPK" attest verify "$1" --bundle "$2" --source-uri github.com/acme/model --certificate-oidc-issuer "$MPK_SANDBOX_ISSUER" \
    "${trust[@]}" "${@:3}"
}
accepts "a digest with its bundle" of_bundle "$digest" "$bundle"
refuses "another digest" 12 "another artifact" of_bundle "$(digest_of "$repo:tag")" "$bundle"
refuses "of the other version" 12 "another predicate type" of_bundle "$digest" "$bundle" --type slsaprovenance
python3 -c 'import json, sys; json.dump(json.load(open(sys.argv[1]))["dsseEnvelope"], open("bare.intoto.jsonl", "w"))' "$bundle"
refuses "an envelope without its log entry" 13 "hint: ask for the Sigstore bundle" of_bundle "$digest" bare.intoto.jsonl
refuses "a file without bundle" 2 "--bundle" "$MPK" attest verify "$bundle" --source-uri github.com/acme/model

usage() { refuses "$1" 2 "$2" "$MPK" attest verify "$repo:own" "${@:3}"; }
usage "no source" "--source-uri is missing"
usage "a source with its ref" "hint: name the ref with --source-branch" --source-uri git+https://github.com/acme/model@refs/heads/main
usage "a host of one's own" "hint: add --certificate-oidc-issuer" --source-uri git.example.com/acme/model
usage "two refs" "exclude each other" --source-uri github.com/acme/model --source-tag v1 --source-branch main
usage "a whole ref" "without refs/heads/" --source-uri github.com/acme/model --source-branch refs/heads/main
usage "half a commit" "40 or 64" --source-uri github.com/acme/model --source-commit 0f3c1a5
usage "no version" "expected a version" --source-uri github.com/acme/model --source-versioned-tag 1.2
usage "no input" "NAME=VALUE" --source-uri github.com/acme/model --build-workflow-input size
usage "an input twice" "given twice" --source-uri github.com/acme/model --build-workflow-input a=1 --build-workflow-input a=2
usage "no builder" "expected a URL" --source-uri github.com/acme/model --builder-id acme/builders
usage "no signer" "HOST/OWNER/REPO/PATH" --source-uri github.com/acme/model --signer-workflow pack.yml
usage "no provenance's type" "not a provenance" --source-uri github.com/acme/model --type cyclonedx
refuses "attest itself is as it was" 2 "--type TYPE is missing" "$MPK" attest "$repo:own"
accepts "completion offers verify" says "verify" "$MPK" __complete -- attest ver
accepts "completion offers its options" says "--source-uri" "$MPK" __complete -- attest verify --source-u
close_steps "attest verify"
