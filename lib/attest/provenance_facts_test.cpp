// Provenance of other writers: what GitHub's actions and GitLab's two writers say is read alike.
#include "attest/predicate_form.hpp"
#include "attest/predicate_type.hpp"
#include "attest/slsa_provenance.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

using namespace mpk;
using namespace mpk::attest;

namespace {

constexpr const char* kCommit = "1f28c0d6a9c4b5e2f37881b09c6d5e4a3b2c1d0e";

// actions/attest v4 and its build type.
Json github() {
  return json::parse(R"({
    "buildDefinition": {
      "buildType": "https://actions.github.io/buildtypes/workflow/v1",
      "externalParameters": {"workflow": {"ref": "refs/heads/main",
        "repository": "https://github.com/acme/train", "path": ".github/workflows/ship.yml"}},
      "internalParameters": {"github": {"event_name": "push", "repository_id": "7",
        "repository_owner_id": "8", "runner_environment": "github-hosted"}},
      "resolvedDependencies": [{"uri": "git+https://github.com/acme/train@refs/heads/main",
        "digest": {"gitCommit": "1f28c0d6a9c4b5e2f37881b09c6d5e4a3b2c1d0e"}}]},
    "runDetails": {
      "builder": {"id": "https://github.com/acme/ci/.github/workflows/model.yml@refs/tags/v1"},
      "metadata": {"invocationId": "https://github.com/acme/train/actions/runs/77/attempts/2"}}})")
      .value();
}

// GitLab's control plane: the project without git+, the commit as gitCommit.
Json gitlab() {
  return json::parse(R"({
    "buildDefinition": {
      "buildType": "https://docs.gitlab.com/ci/pipeline_security/slsa/provenance_v1",
      "externalParameters": {"source": "https://gitlab.com/acme/train", "entryPoint": "ship",
        "variables": {"CI": "true", "TOKEN": "[MASKED]"}},
      "internalParameters": {"architecture": "amd64", "executor": "docker", "job": 9, "name": "r"},
      "resolvedDependencies": [{"uri": "https://gitlab.com/acme/train",
        "digest": {"gitCommit": "1f28c0d6a9c4b5e2f37881b09c6d5e4a3b2c1d0e"}}]},
    "runDetails": {
      "builder": {"id": "https://gitlab.com/acme/train/-/runners/12",
        "version": {"gitlab-runner": "4d7093e1"}},
      "metadata": {"invocationId": "9", "startedOn": "2026-03-14T07:00:00Z",
        "finishedOn": "2026-03-14T07:10:00Z"}, "byproducts": null}})")
      .value();
}

// GitLab Runner itself: the commit under "sha256".
Json gitlab_runner() {
  auto out = gitlab();
  out["buildDefinition"]["buildType"] =
      "https://gitlab.com/gitlab-org/gitlab-runner/-/blob/4d7093e1/PROVENANCE.md";
  out["buildDefinition"]["externalParameters"].erase("variables");
  out["buildDefinition"]["externalParameters"]["CI"] = "";
  out["buildDefinition"]["internalParameters"]["job"] = "9";
  out["buildDefinition"]["resolvedDependencies"][0]["digest"] = {{"sha256", kCommit}};
  return out;
}

Json& dependencies(Json& predicate) { return predicate["buildDefinition"]["resolvedDependencies"]; }

}  // namespace

TEST_CASE("the documents of GitHub and GitLab have their form and say where the model was built") {
  struct Row {
    const char* name;
    Json predicate;
    const char *builder, *source, *invocation;
  };
  const Row rows[] = {
      {"GitHub", github(), "https://github.com/acme/ci/.github/workflows/model.yml@refs/tags/v1",
       "git+https://github.com/acme/train@refs/heads/main",
       "https://github.com/acme/train/actions/runs/77/attempts/2"},
      {"GitLab", gitlab(), "https://gitlab.com/acme/train/-/runners/12",
       "https://gitlab.com/acme/train", "9"},
      {"GitLab Runner", gitlab_runner(), "https://gitlab.com/acme/train/-/runners/12",
       "https://gitlab.com/acme/train", "9"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(check_predicate_form(kSlsaProvenance, row.predicate));
    const auto facts = read_provenance(row.predicate);
    REQUIRE(facts);
    CHECK(facts->builder_id == row.builder);
    CHECK(facts->build_type == row.predicate["buildDefinition"]["buildType"]);
    CHECK(facts->source_uri == row.source);
    CHECK(facts->source_commit == kCommit);
    CHECK(facts->invocation_id == row.invocation);
  }
}

TEST_CASE("an image, a base model or a dataset is not taken for the source") {
  const Json image = {{"uri", "pkg:docker/base@1"}, {"digest", {{"sha256", std::string(64, 'a')}}}};
  const Json base = {{"uri", "pkg:huggingface/acme/base"},
                     {"digest", {{"gitCommit", std::string(40, 'b')}}},
                     {"annotations", {{"role", "base-model"}}}};
  for (auto predicate : {github(), gitlab(), gitlab_runner()}) {
    auto& list = dependencies(predicate);
    list.insert(list.begin(), {image, base});
    CHECK(read_provenance(predicate)->source_commit == kCommit);
    list.erase(2);
    CHECK(read_provenance(predicate)->source_uri.empty());
    CHECK(read_provenance(predicate)->source_commit.empty());
    predicate["buildDefinition"].erase("resolvedDependencies");
    CHECK(read_provenance(predicate)->source_uri.empty());
  }
}

TEST_CASE("the SHA-256 of a source is not its commit") {
  auto predicate = gitlab_runner();
  dependencies(predicate)[0]["digest"]["sha256"] = std::string(64, 'a');
  CHECK(read_provenance(predicate)->source_uri == "https://gitlab.com/acme/train");
  CHECK(read_provenance(predicate)->source_commit.empty());
}

TEST_CASE("provenance whose members are of other types is malformed, never a crash") {
  const auto whole = github();
  const auto places = whole.flatten();
  for (const char* text : {"null", "[]", "{}", "7", "\"x\"", "true"}) {
    const auto value = json::parse(text).value();
    CHECK_FALSE(read_provenance(value));
    for (const auto& [pointer, leaf] : places.items()) {
      for (Json::json_pointer at(pointer); !at.empty(); at.pop_back()) {
        auto changed = whole;
        changed[at] = value;
        const auto facts = read_provenance(changed);
        if (!facts) CHECK(facts.error().kind() == ErrorKind::malformed);
      }
    }
  }
  auto wrong = whole;
  wrong["buildDefinition"]["externalParameters"] = "main";
  CHECK_FALSE(read_provenance(wrong));
  wrong = whole;
  wrong["runDetails"]["metadata"]["invocationId"] = 77;
  CHECK_FALSE(read_provenance(wrong));
}
