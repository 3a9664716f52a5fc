// Where the build ran: GitHub Actions, GitLab, another CI, or somebody's machine.
#include "attest/slsa_provenance.hpp"
#include "base/identifiers.hpp"

#include <nlohmann/json.hpp>

namespace mpk::attest {
namespace {

Result<std::string> need(const Env& env, const char* name, const char* where) {
  auto value = env.get(name);
  if (value) return *value;
  return Error(
      ErrorKind::usage, std::string(where) + ": the variable " + name + " is missing",
      "provenance is taken from the CI's variables; --builder-id and the like replace them");
}

std::string optional(const Env& env, const char* name) { return env.get(name).value_or(""); }

// The shape that actions/attest writes (actions.github.io/buildtypes/workflow/v1), so that
// verifiers for GitHub's provenance read ours.
Result<BuildContext> github(const Env& env) {
  constexpr const char* kWhere = "GitHub Actions";
  BuildContext out;
  out.kind = BuildContext::Kind::github;
  auto server = TRY(need(env, "GITHUB_SERVER_URL", kWhere));
  auto repository = TRY(need(env, "GITHUB_REPOSITORY", kWhere));
  auto workflow_ref = TRY(need(env, "GITHUB_WORKFLOW_REF", kWhere));
  auto commit = TRY(need(env, "GITHUB_SHA", kWhere));
  auto run_id = TRY(need(env, "GITHUB_RUN_ID", kWhere));
  // OWNER/REPO/PATH@REF
  auto at = workflow_ref.rfind('@');
  if (at == std::string::npos || !workflow_ref.starts_with(repository + "/") ||
      at <= repository.size())
    return Error(ErrorKind::usage, "GITHUB_WORKFLOW_REF is " + workflow_ref,
                 "expected " + repository + "/PATH@REF");
  auto path = workflow_ref.substr(repository.size() + 1, at - repository.size() - 1);
  auto ref = workflow_ref.substr(at + 1);
  out.builder_id = server + "/" + workflow_ref;
  out.build_type = "https://actions.github.io/buildtypes/workflow/v1";
  out.external_parameters = {
      {"workflow", {{"ref", ref}, {"repository", server + "/" + repository}, {"path", path}}}};
  Json internal = Json::object();
  for (const auto& [name, variable] : {std::pair{"event_name", "GITHUB_EVENT_NAME"},
                                       {"repository_id", "GITHUB_REPOSITORY_ID"},
                                       {"repository_owner_id", "GITHUB_REPOSITORY_OWNER_ID"},
                                       {"runner_environment", "RUNNER_ENVIRONMENT"}}) {
    if (auto value = env.get(variable)) internal[name] = *value;
  }
  out.internal_parameters = {{"github", std::move(internal)}};
  out.source_uri = "git+" + server + "/" + repository + "@" + env.get("GITHUB_REF").value_or(ref);
  out.source_commit = commit;
  auto attempt = optional(env, "GITHUB_RUN_ATTEMPT");
  out.invocation_id = server + "/" + repository + "/actions/runs/" + run_id + "/attempts/" +
                      (attempt.empty() ? "1" : attempt);
  out.description = out.builder_id;
  return out;
}

Result<BuildContext> gitlab(const Env& env) {
  constexpr const char* kWhere = "GitLab CI";
  BuildContext out;
  out.kind = BuildContext::Kind::gitlab;
  auto server = TRY(need(env, "CI_SERVER_URL", kWhere));
  auto project = TRY(need(env, "CI_PROJECT_URL", kWhere));
  auto commit = TRY(need(env, "CI_COMMIT_SHA", kWhere));
  auto job = TRY(need(env, "CI_JOB_URL", kWhere));
  auto runner = TRY(need(env, "CI_RUNNER_ID", kWhere));
  out.builder_id = server + "/-/runners/" + runner;
  out.build_type = "https://docs.gitlab.com/ci/pipeline_security/slsa/provenance_v1";
  out.external_parameters = {{"source", project}, {"entryPoint", optional(env, "CI_JOB_NAME")}};
  Json internal = Json::object();
  for (const auto& [name, variable] : {std::pair{"pipelineSource", "CI_PIPELINE_SOURCE"},
                                       {"pipelineId", "CI_PIPELINE_ID"},
                                       {"jobId", "CI_JOB_ID"},
                                       {"projectId", "CI_PROJECT_ID"},
                                       {"architecture", "CI_RUNNER_EXECUTABLE_ARCH"}}) {
    if (auto value = env.get(variable)) internal[name] = *value;
  }
  out.internal_parameters = std::move(internal);
  auto ref = optional(env, "CI_COMMIT_REF_NAME");
  out.source_uri = "git+" + project + (ref.empty() ? "" : "@" + ref);
  out.source_commit = commit;
  out.invocation_id = job;
  out.description = out.builder_id;
  return out;
}

BuildContext local() {
  BuildContext out;
  out.kind = BuildContext::Kind::local;
  out.builder_id = std::string(identifiers::kBuilderLocal);
  out.build_type = std::string(identifiers::kBuildType);
  out.external_parameters = Json::object();
  out.internal_parameters = Json::object();
  out.description = "built outside CI: builder " + out.builder_id + ", no SLSA level claimed";
  return out;
}

bool is_true(const Env& env, const char* name) {
  auto value = env.get(name);
  return value && (*value == "true" || *value == "1");
}

Result<BuildContext> detect(const Env& env) {
  if (is_true(env, "GITHUB_ACTIONS")) return github(env);
  if (is_true(env, "GITLAB_CI")) return gitlab(env);
  auto out = local();
  auto builder = env.get("MPK_BUILDER_ID");
  if (is_true(env, "CI") && builder) {
    out.kind = BuildContext::Kind::generic_ci;
    out.builder_id = *builder;
    out.source_uri = optional(env, "MPK_SOURCE_URI");
    out.source_commit = optional(env, "MPK_SOURCE_COMMIT");
    out.invocation_id = optional(env, "MPK_INVOCATION_ID");
    out.description = out.builder_id;
  }
  return out;
}

}  // namespace

Result<BuildContext> detect_build(const Env& env, const ProvenanceOverrides& overrides) {
  // A builder that is named by hand needs nothing of the CI.
  auto detected = detect(env);
  if (!detected && !overrides.builder_id) return detected;
  auto out = detected ? *detected : local();
  if (overrides.builder_id) {
    out.builder_id = *overrides.builder_id;
    out.description = out.builder_id + " (named by --builder-id)";
  }
  if (overrides.build_type) out.build_type = *overrides.build_type;
  if (overrides.source_uri) out.source_uri = *overrides.source_uri;
  if (overrides.source_commit) out.source_commit = *overrides.source_commit;
  if (overrides.invocation_id) out.invocation_id = *overrides.invocation_id;
  return out;
}

}  // namespace mpk::attest
