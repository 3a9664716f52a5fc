// Provenance: what each CI's variables become, and what never gets in.
#include "attest/slsa_provenance.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

using namespace mpk;
using namespace mpk::attest;

namespace {

std::map<std::string, std::string> github_variables() {
  return {{"GITHUB_ACTIONS", "true"},
          {"GITHUB_SERVER_URL", "https://github.com"},
          {"GITHUB_REPOSITORY", "acme/train"},
          {"GITHUB_WORKFLOW_REF", "acme/train/.github/workflows/train.yml@refs/tags/v1"},
          {"GITHUB_SHA", "1f28c0de"},
          {"GITHUB_REF", "refs/tags/v1"},
          {"GITHUB_RUN_ID", "77"},
          {"GITHUB_RUN_ATTEMPT", "2"},
          {"GITHUB_EVENT_NAME", "push"},
          {"GITHUB_TOKEN", "ghs_secret"},
          {"AWS_SECRET_ACCESS_KEY", "secret"}};
}

}  // namespace

TEST_CASE("GitHub Actions: builder, source and run come from the variables") {
  auto build = detect_build(MapEnv(github_variables()));
  REQUIRE(build);
  CHECK(build->builder_id ==
        "https://github.com/acme/train/.github/workflows/train.yml@refs/tags/v1");
  CHECK(build->source_uri == "git+https://github.com/acme/train@refs/tags/v1");
  CHECK(build->invocation_id == "https://github.com/acme/train/actions/runs/77/attempts/2");
  CHECK(build->external_parameters["workflow"]["path"] == ".github/workflows/train.yml");
  auto predicate =
      make_provenance(*build, {}, Timestamp::from_seconds(0), Timestamp::from_seconds(60), "0.1.0");
  auto text = json::compact(predicate);
  CHECK(text.find("secret") == std::string::npos);
  CHECK(predicate["buildDefinition"]["resolvedDependencies"][0]["digest"]["gitCommit"] ==
        "1f28c0de");
  CHECK(predicate["runDetails"]["metadata"]["finishedOn"] == "1970-01-01T00:01:00Z");
}

TEST_CASE("GitHub Actions: a shared workflow builds, whoever called it") {
  auto variables = github_variables();
  variables["GITHUB_SERVER_URL"] = "https://git.example:8443";
  auto build = detect_build(MapEnv(variables));
  REQUIRE(build);
  const auto caller = *build;
  set_job_workflow(*build, "");
  CHECK(build->builder_id == caller.builder_id);
  set_job_workflow(*build, "acme/builders/.github/workflows/pack.yml@refs/tags/v1.2.0");
  CHECK(build->builder_id ==
        "https://git.example:8443/acme/builders/.github/workflows/pack.yml@refs/tags/v1.2.0");
  CHECK(build->description == build->builder_id);
  CHECK(build->source_uri == caller.source_uri);
  CHECK(build->external_parameters == caller.external_parameters);

  auto local = detect_build(MapEnv(std::map<std::string, std::string>()));
  REQUIRE(local);
  const auto builder = local->builder_id;
  set_job_workflow(*local, "acme/builders/.github/workflows/pack.yml@refs/tags/v1.2.0");
  CHECK(local->builder_id == builder);
}

TEST_CASE("an incomplete CI environment names the missing variable") {
  auto variables = github_variables();
  variables.erase("GITHUB_WORKFLOW_REF");
  auto build = detect_build(MapEnv(variables));
  REQUIRE_FALSE(build);
  CHECK(build.error().kind() == ErrorKind::usage);
  CHECK(build.error().text().find("GITHUB_WORKFLOW_REF") != std::string::npos);
  CHECK(detect_build(MapEnv(variables), {.builder_id = "https://ci.example/b"}));
}

TEST_CASE("a workflow reference of another repository is refused") {
  auto variables = github_variables();
  variables["GITHUB_WORKFLOW_REF"] = "mallory/train/.github/workflows/train.yml@refs/heads/main";
  CHECK_FALSE(detect_build(MapEnv(variables)));
  variables["GITHUB_WORKFLOW_REF"] = "acme/train@refs/heads/main";
  CHECK_FALSE(detect_build(MapEnv(variables)));
}

TEST_CASE("GitLab: runner, project and job") {
  std::map<std::string, std::string> variables = {
      {"GITLAB_CI", "true"},         {"CI_SERVER_URL", "https://gitlab.com"},
      {"CI_RUNNER_ID", "12"},        {"CI_PROJECT_URL", "https://gitlab.com/acme/train"},
      {"CI_COMMIT_SHA", "abc"},      {"CI_JOB_URL", "https://gitlab.com/acme/train/-/jobs/9"},
      {"CI_COMMIT_REF_NAME", "main"}};
  auto build = detect_build(MapEnv(variables));
  REQUIRE(build);
  CHECK(build->builder_id == "https://gitlab.com/-/runners/12");
  CHECK(build->source_uri == "git+https://gitlab.com/acme/train@main");
  variables.erase("CI_JOB_URL");
  CHECK_FALSE(detect_build(MapEnv(variables)));
}

TEST_CASE("another CI needs a builder id; without CI nothing is claimed") {
  MapEnv generic(std::map<std::string, std::string>{{"CI", "true"},
                                                    {"MPK_BUILDER_ID", "https://ci.example/b"}});
  CHECK(detect_build(generic)->kind == BuildContext::Kind::generic_ci);
  MapEnv unknown(std::map<std::string, std::string>{{"CI", "true"}, {"HOME", "/x"}});
  auto local = detect_build(unknown);
  REQUIRE(local);
  CHECK(local->kind == BuildContext::Kind::local);
  CHECK(local->builder_id == "urn:mpk:builder:local");
  CHECK(local->description.find("no SLSA level") != std::string::npos);
}

TEST_CASE("what is said by hand must have the form that SLSA asks for") {
  const std::string sha1(40, 'a');
  const std::string sha256(64, '0');
  const std::string source = "git+https://example.com/train";
  struct Row {
    const char* name;
    ProvenanceOverrides given;
    const char* refusal;  // empty: taken
  };
  const Row rows[] = {
      {"SHA-1", {.source_uri = source, .source_commit = sha1}, ""},
      {"SHA-256", {.source_uri = source, .source_commit = sha256}, ""},
      {"41 digits", {.source_uri = source, .source_commit = sha1 + "a"}, "--source-commit aaaa"},
      {"abbreviated", {.source_uri = source, .source_commit = "1f28c0"}, "40 or 64"},
      {"no digit", {.source_uri = source, .source_commit = std::string(40, 'g')}, "40 or 64"},
      {"upper case", {.source_uri = source, .source_commit = std::string(40, 'A')}, "lower-case"},
      {"commit alone", {.source_commit = sha1}, "without a source"},
      {"source alone", {.source_uri = source}, ""},
      {"urn builder", {.builder_id = "urn:x:y"}, ""},
      {"builder", {.builder_id = "my builder"}, "--builder-id my builder: not a URI"},
      {"scheme only", {.builder_id = "urn:"}, "not a URI"},
      {"scheme of digits", {.builder_id = "1a:b"}, "not a URI"},
      {"space", {.build_type = "https://x.example/a b"}, "--build-type"},
      {"path", {.source_uri = "/src/train"}, "--source-uri"},
      {"run", {.invocation_id = "run 7"}, ""},
      {"escape", {.invocation_id = "run\x1b[31m"}, "--invocation-id: control"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    auto build = detect_build(MapEnv(std::map<std::string, std::string>{}), row.given);
    if (*row.refusal == '\0') {
      CHECK(build);
      continue;
    }
    REQUIRE_FALSE(build);
    CHECK(build.error().kind() == ErrorKind::usage);
    CHECK(build.error().text().find(row.refusal) != std::string::npos);
  }
  MapEnv generic(std::map<std::string, std::string>{{"CI", "true"},
                                                    {"MPK_BUILDER_ID", "https://ci.example/b"},
                                                    {"MPK_SOURCE_URI", source},
                                                    {"MPK_SOURCE_COMMIT", "main"}});
  REQUIRE_FALSE(detect_build(generic));
  CHECK(detect_build(generic).error().text().find("MPK_SOURCE_COMMIT main") != std::string::npos);
}

TEST_CASE("a predicate reads back, one without a builder is refused") {
  auto build = detect_build(MapEnv(github_variables()));
  auto predicate = make_provenance(
      *build,
      {.dependencies =
           {{.uri = "oci://x", .name = "base", .digest_algorithm = "sha256", .digest_value = "aa"}},
       .byproducts = {}},
      std::nullopt, std::nullopt, "0.1.0");
  auto facts = read_provenance(predicate);
  REQUIRE(facts);
  CHECK(facts->builder_id == build->builder_id);
  CHECK(facts->source_commit == "1f28c0de");
  CHECK(predicate["buildDefinition"]["resolvedDependencies"].size() == 2);
  predicate["runDetails"].erase("builder");
  CHECK_FALSE(read_provenance(predicate));
  CHECK_FALSE(read_provenance(Json::object()));
}
