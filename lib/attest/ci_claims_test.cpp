// Claims of a CI's provenance: where they are found, what is missing, which build types are known.
#include "attest/ci_claims.hpp"

#include "attest/predicate_type.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

using namespace mpk;
using namespace mpk::attest;

namespace {

Json parsed(const char* text) { return json::parse(text).take(); }

std::vector<std::string> values(const CiClaims& claims, CiTopic topic) {
  std::vector<std::string> out;
  for (const auto& claim : claims.said) {
    if (claim.topic == topic) out.push_back(claim.value);
  }
  return out;
}

using Texts = std::vector<std::string>;

constexpr const char* kWorkflow = R"({
  "buildDefinition": {
    "buildType": "https://actions.github.io/buildtypes/workflow/v1",
    "externalParameters": {"workflow": {"ref": "refs/heads/main", "path": "p.yml",
                                        "repository": "https://github.com/a/b"}},
    "internalParameters": {"github": {"event_name": "push", "runner_environment": "github-hosted"}},
    "resolvedDependencies": [{"uri": "git+https://github.com/a/b@refs/heads/main",
                              "digest": {"gitCommit": "00"}}]},
  "runDetails": {"builder": {"id": "https://x"}, "metadata": {"invocationId": "https://y/1"}}})";

}  // namespace

TEST_CASE("a workflow's provenance says its source three times") {
  const auto claims = read_ci_claims(kSlsaProvenance, parsed(kWorkflow)).take();
  CHECK(claims.family == CiFamily::workflow);
  CHECK(claims.missing.empty());
  CHECK_FALSE(claims.inputs);
  CHECK(values(claims, CiTopic::repository) ==
        Texts{"https://github.com/a/b", "https://github.com/a/b"});
  CHECK(values(claims, CiTopic::ref) == Texts{"refs/heads/main"});
  CHECK(values(claims, CiTopic::workflow_ref) == Texts{"refs/heads/main"});
  CHECK(values(claims, CiTopic::commit) == Texts{"00"});
  CHECK(values(claims, CiTopic::runner) == Texts{"github-hosted"});
}

TEST_CASE("what a build type always has is named when it is not there") {
  auto changed = parsed(kWorkflow);
  auto& source = changed["buildDefinition"]["resolvedDependencies"][0];
  source["uri"] = "git+https://github.com/a/b";
  source["digest"] = {{"sha256", std::string(64, 'a')}};
  changed["runDetails"]["metadata"]["invocationId"] = "";
  CHECK(read_ci_claims(kSlsaProvenance, changed)->missing ==
        Texts{"/buildDefinition/resolvedDependencies/0/uri@",
              "/buildDefinition/resolvedDependencies/0/digest",
              "/runDetails/metadata/invocationId"});
}

TEST_CASE("variables are found in both spellings, and numbers as their text") {
  const auto claims = read_ci_claims(kSlsaProvenance02, parsed(R"({
      "builder": {"id": "https://x"},
      "buildType": "https://github.com/slsa-framework/slsa-github-generator/generic@v1",
      "invocation": {"environment": {"github_run_id": 7, "GITHUB_RUN_ATTEMPT": "2",
        "GITHUB_WORKFLOW_REF": "a/b/.github/w.yml@refs/tags/v1",
        "github_event_payload": {"inputs": {"x": "1"}}}},
      "metadata": {"buildInvocationID": "7-2"}})"));
  CHECK(values(*claims, CiTopic::run_id) == Texts{"7"});
  CHECK(values(*claims, CiTopic::run_attempt) == Texts{"2"});
  CHECK(values(*claims, CiTopic::run) == Texts{"7-2"});
  CHECK(values(*claims, CiTopic::repository) == Texts{"a/b"});
  CHECK(values(*claims, CiTopic::workflow) == Texts{".github/w.yml"});
  CHECK(values(*claims, CiTopic::workflow_ref) == Texts{"refs/tags/v1"});
  REQUIRE(claims->inputs);
  CHECK(claims->inputs->at("x") == "1");
  CHECK(std::ranges::count(claims->missing, "/metadata/buildInvocationId") == 0);
  CHECK(std::ranges::count(claims->missing, "/invocation/configSource/uri") == 1);
}

TEST_CASE("what is no provenance of a CI is told apart from an unknown build type") {
  struct Row {
    const char* pointer;
    const char* value;
    ErrorKind kind;
  };
  for (const auto& row : std::vector<Row>{
           {"/buildDefinition/buildType", R"("https://other")", ErrorKind::unsupported},
           {"/buildDefinition/buildType", "null", ErrorKind::malformed},
           {"/runDetails/builder/id", "[]", ErrorKind::malformed}}) {
    auto changed = parsed(kWorkflow);
    changed[Json::json_pointer(row.pointer)] = parsed(row.value);
    CHECK(read_ci_claims(kSlsaProvenance, changed).error().kind() == row.kind);
  }
  CHECK(read_ci_claims(kSlsaProvenance, parsed(kWorkflow)).has_value());
  CHECK(read_ci_claims(kSlsaProvenance02, parsed(kWorkflow)).error().kind() ==
        ErrorKind::malformed);
  CHECK(read_ci_claims("https://cyclonedx.org/bom", parsed(kWorkflow)).error().kind() ==
        ErrorKind::malformed);
}
