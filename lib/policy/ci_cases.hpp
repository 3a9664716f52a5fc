// Builds of each known builder, and one change of them at a time. For tests of ci_provenance.
#pragma once

#include "attest/ci_claims.hpp"
#include "attest/predicate_type.hpp"
#include "policy/ci_provenance.hpp"
#include "policy/test_documents.hpp"

#include <doctest/doctest.h>

#include <array>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace mpk::policy::test {

inline constexpr const char* kCommit = "0f3c1a5b7d9e2f4a6c8b0d1e3f5a7b9c1d3e5f70";
inline constexpr const char* kSource = "https://github.com/acme/model";
inline constexpr const char* kOwn = "https://github.com/acme/model/.github/workflows/train.yml";
inline constexpr const char* kShared =
    "https://github.com/acme/builders/.github/workflows/pack.yml";
inline constexpr const char* kGenerator =
    "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/";
inline constexpr const char* kProject = "https://gitlab.com/group/sub/project";
inline constexpr const char* kRun = "https://github.com/acme/model/actions/runs/77/attempts/2";

// What is signed, by whom, and what is asked of it.
struct Case {
  CiExpectation expected;
  std::string type;
  Json predicate;
  sigstore::Identity signer;
};

inline Json parsed(const std::string& text) { return json::parse(text).take(); }

inline sigstore::Identity github(const std::string& workflow,
                                 const std::string& ref = "refs/heads/main") {
  return {.subject = workflow,
          .issuer = "https://token.actions.githubusercontent.com",
          .claims = {{"buildSignerURI", workflow},
                     {"runnerEnvironment", "github-hosted"},
                     {"sourceRepositoryURI", kSource},
                     {"sourceRepositoryDigest", kCommit},
                     {"sourceRepositoryRef", ref},
                     {"sourceRepositoryIdentifier", "11"},
                     {"sourceRepositoryOwnerIdentifier", "22"},
                     {"buildConfigURI", std::string(kOwn) + "@" + ref},
                     {"buildConfigDigest", kCommit},
                     {"buildTrigger", "workflow_dispatch"},
                     {"runInvocationURI", kRun},
                     {"githubWorkflowRepository", "acme/model"},
                     {"githubWorkflowRef", ref},
                     {"githubWorkflowSHA", kCommit},
                     {"githubWorkflowTrigger", "workflow_dispatch"}}};
}

inline CiExpectation asks(const std::string& source) {
  auto repository = parse_source_repository(source).take();
  auto issuer = known_ci_issuer(repository.host).value();
  return {.source = std::move(repository), .issuer = std::move(issuer)};
}

inline Json workflow_predicate(const std::string& builder,
                               const std::string& ref = "refs/heads/main") {
  auto out = parsed(R"({
    "buildDefinition": {
      "buildType": "https://actions.github.io/buildtypes/workflow/v1",
      "externalParameters": {
        "workflow": {"path": ".github/workflows/train.yml"}, "inputs": {"size": "8b", "n": 4}},
      "internalParameters": {"github": {"event_name": "workflow_dispatch", "repository_id": "11",
        "repository_owner_id": "22", "runner_environment": "github-hosted"}},
      "resolvedDependencies": [{"digest": {}}, {"uri": "pkg:huggingface/acme/base@0f3c"}]},
    "runDetails": {"builder": {}, "metadata": {}}})");
  auto& definition = out["buildDefinition"];
  definition["externalParameters"]["workflow"]["ref"] = ref;
  definition["externalParameters"]["workflow"]["repository"] = kSource;
  definition["resolvedDependencies"][0]["uri"] = std::string("git+") + kSource + "@" + ref;
  definition["resolvedDependencies"][0]["digest"]["gitCommit"] = kCommit;
  out["runDetails"]["builder"]["id"] = builder;
  out["runDetails"]["metadata"]["invocationId"] = kRun;
  return out;
}

// actions/attest in a workflow of the source itself.
inline Case own_workflow() {
  const auto signer = std::string(kOwn) + "@refs/heads/main";
  return {asks("github.com/acme/model"), std::string(attest::kSlsaProvenance),
          workflow_predicate(signer), github(signer)};
}

// A reusable workflow of another repository.
inline Case reusable() {
  const auto signer = std::string(kShared) + "@refs/tags/v1.2.0";
  auto out = own_workflow();
  out.predicate = workflow_predicate(signer);
  out.signer = github(signer);
  out.expected.builder = parse_builder_id(kShared).take();
  return out;
}

inline Json v02(const std::string& builder, const std::string& type,
                const std::string& environment) {
  auto out =
      parsed(R"({"invocation": {"configSource": {"entryPoint": ".github/workflows/train.yml"},
    "environment": )" +
             environment + R"(}, "materials": [{}], "metadata": {}})");
  const auto uri = std::string("git+") + kSource + "@refs/heads/main";
  for (auto* source : {&out["invocation"]["configSource"], &out["materials"][0]}) {
    (*source)["uri"] = uri;
    (*source)["digest"]["sha1"] = kCommit;
  }
  out["builder"]["id"] = builder;
  out["buildType"] = type;
  out["metadata"]["buildInvocationId"] = "77-2";
  return out;
}

inline Case generator() {
  const auto signer = std::string(kGenerator) + "generator_generic_slsa3.yml@refs/tags/v2.1.0";
  return {asks("github.com/acme/model"), std::string(attest::kSlsaProvenance02),
          v02(signer, "https://github.com/slsa-framework/slsa-github-generator/generic@v1",
              R"({"github_event_name": "workflow_dispatch", "github_run_id": "77",
                  "github_run_attempt": "2", "github_ref": "refs/heads/main",
                  "github_event_payload": {"inputs": {"size": "8b", "n": "4"}}})"),
          github(signer)};
}

inline Case container() {
  const auto signer =
      std::string(kGenerator) + "builder_container-based_slsa3.yml@refs/tags/v2.1.0";
  auto out = own_workflow();
  out.signer = github(signer);
  auto& definition = out.predicate["buildDefinition"];
  definition["buildType"] = "https://slsa.dev/container-based-build/v0.1?draft";
  definition["externalParameters"] = {{"source", definition["resolvedDependencies"][0]}};
  definition["internalParameters"] = {{"GITHUB_EVENT_NAME", "workflow_dispatch"},
                                      {"GITHUB_RUN_ID", 77}};
  out.predicate["runDetails"]["builder"]["id"] = signer;
  return out;
}

inline Case delegated() {
  auto out = container();
  const auto signer = std::string(kGenerator) + "delegator_generic_slsa3.yml@refs/tags/v2.1.0";
  out.signer = github(signer);
  auto& definition = out.predicate["buildDefinition"];
  definition["buildType"] =
      "https://github.com/slsa-framework/slsa-github-generator/delegator-generic@v0";
  definition["externalParameters"] = {{"inputs", {{"size", "of the builder"}}}};
  definition["internalParameters"]["GITHUB_WORKFLOW_REF"] =
      "acme/model/.github/workflows/train.yml@refs/heads/main";
  out.predicate["runDetails"]["builder"]["id"] =
      std::string(kGenerator) + "builder_nodejs_slsa3.yml@refs/tags/v2.1.0";
  return out;
}

inline Case npm() {
  auto out = own_workflow();
  out.type = attest::kSlsaProvenance02;
  out.predicate =
      v02("https://github.com/actions/runner", "https://github.com/npm/cli/gha/v2",
          R"({"GITHUB_EVENT_NAME": "workflow_dispatch", "GITHUB_REPOSITORY": "acme/model",
                          "GITHUB_WORKFLOW_REF":
                            "acme/model/.github/workflows/train.yml@refs/heads/main"})");
  return out;
}

inline Case npm_v1() {
  auto out = own_workflow();
  out.predicate["buildDefinition"]["buildType"] =
      "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1";
  out.predicate["runDetails"]["builder"]["id"] = "https://github.com/actions/runner/github-hosted";
  return out;
}

inline Case gitlab() {
  const auto signer = std::string(kProject) + "//.gitlab-ci.yml@refs/heads/main";
  Case out{asks("gitlab.com/group/sub/project"), std::string(attest::kSlsaProvenance), parsed(R"({
    "buildDefinition": {"buildType": "https://docs.gitlab.com/ci/pipeline_security/slsa/provenance_v1",
      "externalParameters": {"entryPoint": "train", "variables": {}},
      "resolvedDependencies": [{"digest": {}}]},
    "runDetails": {"builder": {}, "metadata": {"invocationId": "99"}}})"),
           github(signer)};
  auto& definition = out.predicate["buildDefinition"];
  definition["externalParameters"]["source"] = kProject;
  definition["resolvedDependencies"][0]["uri"] = kProject;
  definition["resolvedDependencies"][0]["digest"]["gitCommit"] = kCommit;
  out.predicate["runDetails"]["builder"]["id"] = std::string(kProject) + "/-/runners/5";
  out.signer.issuer = "https://gitlab.com";
  auto& claims = out.signer.claims;
  std::erase_if(claims, [](const auto& each) { return each.first.starts_with("github"); });
  claims["sourceRepositoryURI"] = kProject;
  claims["buildConfigURI"] = signer;
  claims["buildTrigger"] = "push";
  claims["runnerEnvironment"] = "gitlab-hosted";
  claims["runInvocationURI"] = std::string(kProject) + "/-/jobs/99";
  return out;
}

inline constexpr auto kBuilders =
    std::to_array<std::pair<const char*, Case (*)()>>({{"own workflow", own_workflow},
                                                       {"reusable workflow", reusable},
                                                       {"generator", generator},
                                                       {"container-based", container},
                                                       {"delegated", delegated},
                                                       {"npm v0.2", npm},
                                                       {"npm v1", npm_v1},
                                                       {"gitlab", gitlab}});

inline std::vector<std::string> failures(const Case& c) {
  const auto found = check_ci_provenance(c.expected, c.type, c.predicate, c.signer);
  for (const auto& check : found.checks) {
    CAPTURE(check.message);
    CHECK(is_whole(check));
  }
  return failures(found.checks);
}

using Texts = std::vector<std::string>;

// One change of a case, and what it is refused for.
struct Neighbour {
  const char* what;
  Case (*of)();
  void (*change)(Case&);
  Texts failures;
};

inline void check_all(const std::vector<Neighbour>& rows) {
  for (const auto& row : rows) {
    CAPTURE(row.what);
    auto changed = row.of();
    CHECK(failures(changed).empty());
    row.change(changed);
    CHECK(failures(changed) == row.failures);
  }
}

inline Json& definition(Case& c) { return c.predicate["buildDefinition"]; }
inline Json& source(Case& c) { return definition(c)["resolvedDependencies"][0]; }
inline Json& builder_id(Case& c) { return c.predicate["runDetails"]["builder"]["id"]; }
inline std::string& claim(Case& c, const char* name) { return c.signer.claims[name]; }

inline void sign_by(Case& c, const std::string& workflow) {
  c.signer.subject = claim(c, "buildSignerURI") = workflow;
  if (c.type == attest::kSlsaProvenance02) {
    c.predicate["builder"]["id"] = workflow;
  } else {
    builder_id(c) = workflow;
  }
}

inline void move_to(Case& c, const std::string& ref) {
  for (const auto* name : {"sourceRepositoryRef", "githubWorkflowRef"}) claim(c, name) = ref;
  claim(c, "buildConfigURI") = std::string(kOwn) + "@" + ref;
  c.predicate = workflow_predicate(c.signer.subject, ref);
}

/// Each row of the tables is refused by a code of its own.
std::vector<Neighbour> certificate_refusals();
std::vector<Neighbour> predicate_refusals();

}  // namespace mpk::policy::test
