// Where the build ran: GitHub Actions, GitLab, another CI, or somebody's machine.
#include "attest/field_types.hpp"
#include "attest/slsa_provenance.hpp"
#include "base/ascii.hpp"
#include "base/encoding.hpp"
#include "base/identifiers.hpp"
#include "base/text.hpp"
#include "base/url.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

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
      at <= repository.size()) {
    return Error(ErrorKind::usage, "GITHUB_WORKFLOW_REF is " + workflow_ref,
                 "expected " + repository + "/PATH@REF");
  }
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

// RFC 3986 §3: what is typed has only the characters that a URI may have.
bool is_uri(std::string_view text) {
  constexpr std::string_view kOthers = "-._~:/?#[]@!$&'()*+,;=%";
  return has_scheme(text) && std::ranges::all_of(text, [&](char c) {
           return is_letter_or_digit(c) || kOthers.find(c) != std::string_view::npos;
         });
}

Result<void> check_flag_uri(const char* name, const std::string& value) {
  if (is_uri(value)) return {};
  return Error(ErrorKind::usage, std::string(name) + " " + printable(value, 100) + ": not a URI",
               "for example https://ci.example.com/train or git+https://example.com/train");
}

// SHA-1 or SHA-256, whole: an abbreviation names nothing for ever.
Result<void> check_commit(const char* name, const std::string& value) {
  if (is_lower_hex(value) && (value.size() == 40 || value.size() == 64)) return {};
  return Error(ErrorKind::usage,
               std::string(name) + " " + printable(value, 80) +
                   ": expected 40 or 64 lower-case hexadecimal digits",
               "git rev-parse HEAD prints them");
}

struct Named {
  const char *builder_id, *build_type, *source_uri, *source_commit, *invocation_id;
};

// slsa.dev/spec/v1.2/build-provenance: builder.id and buildType are TypeURIs, the source a
// ResourceURI; invocationId is any text.
Result<void> check(const ProvenanceOverrides& given, const Named& names) {
  if (given.builder_id) TRY(check_flag_uri(names.builder_id, *given.builder_id));
  if (given.build_type) TRY(check_flag_uri(names.build_type, *given.build_type));
  if (given.source_uri) TRY(check_flag_uri(names.source_uri, *given.source_uri));
  if (given.source_commit) TRY(check_commit(names.source_commit, *given.source_commit));
  if (given.invocation_id && printable(*given.invocation_id) != *given.invocation_id) {
    return Error(ErrorKind::usage,
                 std::string(names.invocation_id) + ": control characters are not allowed");
  }
  return {};
}

// A CI that says by MPK_… what it is.
Result<BuildContext> generic_ci(const Env& env) {
  auto out = local();
  out.kind = BuildContext::Kind::generic_ci;
  const ProvenanceOverrides given{.builder_id = env.get("MPK_BUILDER_ID"),
                                  .build_type = {},
                                  .source_uri = env.get("MPK_SOURCE_URI"),
                                  .source_commit = env.get("MPK_SOURCE_COMMIT"),
                                  .invocation_id = env.get("MPK_INVOCATION_ID")};
  TRY(check(given,
            {"MPK_BUILDER_ID", "", "MPK_SOURCE_URI", "MPK_SOURCE_COMMIT", "MPK_INVOCATION_ID"}));
  out.builder_id = given.builder_id.value_or("");
  out.source_uri = given.source_uri.value_or("");
  out.source_commit = given.source_commit.value_or("");
  out.invocation_id = given.invocation_id.value_or("");
  out.description = out.builder_id;
  return out;
}

Result<BuildContext> detect(const Env& env) {
  if (is_true(env, "GITHUB_ACTIONS")) return github(env);
  if (is_true(env, "GITLAB_CI")) return gitlab(env);
  if (is_true(env, "CI") && env.get("MPK_BUILDER_ID")) return generic_ci(env);
  return local();
}

}  // namespace

Result<BuildContext> detect_build(const Env& env, const ProvenanceOverrides& overrides) {
  TRY(check(overrides, {"--builder-id", "--build-type", "--source-uri", "--source-commit",
                        "--invocation-id"}));
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
  if (!out.source_commit.empty() && out.source_uri.empty()) {
    return Error(ErrorKind::usage, "a source commit without a source says nothing",
                 "add --source-uri, for example git+https://example.com/train");
  }
  return out;
}

void set_job_workflow(BuildContext& build, std::string_view job_workflow) {
  if (build.kind != BuildContext::Kind::github || job_workflow.empty()) return;
  const auto caller = Url::parse(build.builder_id);
  if (!caller) return;
  build.builder_id = caller->scheme + "://" + caller->authority() + "/" + std::string(job_workflow);
  build.description = build.builder_id;
}

}  // namespace mpk::attest
