// Provenance of a CI: each builder passes once, each thing it says fails once by its own code.
#include "base/file.hpp"
#include "base/limits.hpp"
#include "policy/ci_cases.hpp"

#include <set>

namespace mpk::policy::test {
namespace {

std::vector<Neighbour> incomplete() {
  return {
      {"predicate type",
       own_workflow,
       [](Case& c) { c.type = attest::kCycloneDx; },
       {"build.form provenance-malformed"}},
      {"no builder",
       own_workflow,
       [](Case& c) { builder_id(c) = 7; },
       {"build.form provenance-malformed"}},
      {"build type",
       own_workflow,
       [](Case& c) { definition(c)["buildType"] = "https://other"; },
       {"build.form build-type-unknown"}},
      {"no source",
       own_workflow,
       [](Case& c) { definition(c)["resolvedDependencies"] = Json::array(); },
       {"build.form member-missing"}},
      {"no commit",
       gitlab,
       [](Case& c) { source(c)["digest"] = {{"sha256", std::string(64, 'a')}}; },
       {"build.form member-missing"}},
      {"no ref",
       own_workflow,
       [](Case& c) { source(c)["uri"] = std::string("git+") + kSource; },
       {"build.form member-missing"}},
      {"no run",
       generator,
       [](Case& c) { c.predicate.erase("metadata"); },
       {"build.form member-missing"}},
      {"no material",
       npm,
       [](Case& c) { c.predicate["materials"] = {}; },
       {"build.form member-missing"}},
  };
}

std::vector<Neighbour> builders() {
  return {
      {"another id",
       own_workflow,
       [](Case& c) { builder_id(c) = kShared; },
       {"build.builder builder-disagrees"}},
      {"another id of the generator",
       generator,
       [](Case& c) {
         c.predicate["builder"]["id"] =
             std::string(kGenerator) + "builder_go_slsa3.yml@refs/tags/v2.1.0";
       },
       {"build.builder builder-disagrees"}},
      {"a workflow that says it was the generator",
       own_workflow,
       [](Case& c) { c.predicate = generator().predicate, c.type = generator().type; },
       {"build.builder build-type-mismatch", "build.builder builder-disagrees"}},
      {"another builder's type",
       container,
       [](Case& c) {
         c.type = generator().type;
         c.predicate = generator().predicate;
         c.predicate["builder"]["id"] = c.signer.subject;
       },
       {"build.builder build-type-mismatch"}},
      {"GitLab's type from GitHub",
       own_workflow,
       [](Case& c) {
         auto other = gitlab();
         c.predicate = other.predicate;
         definition(c)["externalParameters"]["source"] = kSource;
         source(c)["uri"] = kSource;
         c.predicate["runDetails"]["metadata"]["invocationId"] = kRun;
         builder_id(c) = "https://github.com/-/runners/5";
       },
       {"build.builder build-type-mismatch"}},
      {"a runner of actions/attest",
       own_workflow,
       [](Case& c) { builder_id(c) = "https://github.com/actions/runner/github-hosted"; },
       {"build.builder builder-disagrees"}},
      {"another kind of runner",
       npm_v1,
       [](Case& c) { builder_id(c) = "https://github.com/actions/runner/self-hosted"; },
       {"build.builder builder-disagrees"}},
      {"a runner that is not asked for",
       npm,
       [](Case& c) {
         c.expected.builder =
             parse_builder_id("https://github.com/actions/runner/self-hosted").take();
       },
       {"build.builder builder-not-expected"}},
      {"a borrower that nobody knows",
       delegated,
       [](Case& c) { builder_id(c) = std::string(kShared) + "@refs/tags/v1.2.0"; },
       {"build.builder builder-unknown"}},
      {"a borrower that is not asked for",
       delegated,
       [](Case& c) { c.expected.builder = parse_builder_id(kShared).take(); },
       {"build.builder builder-not-expected"}},
      {"a borrower's branch",
       delegated,
       [](Case& c) {
         builder_id(c) = std::string(kGenerator) + "builder_nodejs_slsa3.yml@refs/heads/main";
       },
       {"build.builder builder-unversioned"}},
      {"a runner of another group",
       gitlab,
       [](Case& c) { builder_id(c) = "https://gitlab.com/groups/other/-/runners/5"; },
       {"build.builder builder-disagrees"}},
      {"a runner of another host",
       gitlab,
       [](Case& c) { builder_id(c) = "https://evil.example/-/runners/5"; },
       {"build.builder builder-disagrees"}},
      {"no runner",
       gitlab,
       [](Case& c) { builder_id(c) = std::string(kProject) + "/-/runners/x"; },
       {"build.builder builder-disagrees"}},
  };
}

std::vector<Neighbour> disagreeing() {
  return {
      {"repository",
       own_workflow,
       [](Case& c) { source(c)["uri"] = "git+https://github.com/evil/model@refs/heads/main"; },
       {"build.agreement repository-disagrees"}},
      {"workflow's repository",
       own_workflow,
       [](Case& c) {
         definition(c)["externalParameters"]["workflow"]["repository"] =
             "https://github.com/evil/x";
       },
       {"build.agreement repository-disagrees"}},
      {"config source",
       generator,
       [](Case& c) {
         c.predicate["invocation"]["configSource"]["uri"] =
             "git+https://github.com/e/m@refs/heads/main";
       },
       {"build.agreement repository-disagrees"}},
      {"container's source",
       container,
       [](Case& c) {
         definition(c)["externalParameters"]["source"]["uri"] =
             "git+https://github.com/e/m@refs/heads/main";
       },
       {"build.agreement repository-disagrees"}},
      {"GitLab's source",
       gitlab,
       [](Case& c) { definition(c)["externalParameters"]["source"] = "https://gitlab.com/e/m"; },
       {"build.agreement repository-disagrees"}},
      {"a variable",
       npm,
       [](Case& c) {
         c.predicate["invocation"]["environment"]["GITHUB_REPOSITORY"] = "evil/model";
       },
       {"build.agreement repository-disagrees"}},
      {"no text",
       npm,
       [](Case& c) {
         c.predicate["invocation"]["environment"]["GITHUB_REPOSITORY"] = Json::array();
       },
       {"build.agreement repository-disagrees"}},
      {"ref",
       own_workflow,
       [](Case& c) { source(c)["uri"] = std::string("git+") + kSource + "@refs/tags/v1"; },
       {"build.agreement ref-disagrees"}},
      {"material's ref",
       generator,
       [](Case& c) {
         c.predicate["materials"][0]["uri"] = std::string("git+") + kSource + "@refs/tags/v1";
       },
       {"build.agreement ref-disagrees"}},
      {"commit",
       own_workflow,
       [](Case& c) { source(c)["digest"]["gitCommit"] = "00"; },
       {"build.agreement commit-disagrees"}},
      {"material's commit",
       npm,
       [](Case& c) { c.predicate["materials"][0]["digest"]["sha1"] = std::string(40, '0'); },
       {"build.agreement commit-disagrees"}},
      {"commit by two names",
       gitlab,
       [](Case& c) { source(c)["digest"]["sha1"] = std::string(40, '0'); },
       {"build.agreement commit-disagrees"}},
      {"workflow",
       own_workflow,
       [](Case& c) { definition(c)["externalParameters"]["workflow"]["path"] = "other.yml"; },
       {"build.agreement workflow-disagrees"}},
      {"workflow's ref",
       own_workflow,
       [](Case& c) { definition(c)["externalParameters"]["workflow"]["ref"] = "refs/tags/v1"; },
       {"build.agreement workflow-disagrees"}},
      {"entry point",
       generator,
       [](Case& c) { c.predicate["invocation"]["configSource"]["entryPoint"] = "other.yml"; },
       {"build.agreement workflow-disagrees"}},
  };
}

std::vector<Neighbour> disagreeing_run() {
  return {
      {"trigger",
       container,
       [](Case& c) { definition(c)["internalParameters"]["GITHUB_EVENT_NAME"] = "push"; },
       {"build.agreement trigger-disagrees"}},
      {"identifier",
       own_workflow,
       [](Case& c) { definition(c)["internalParameters"]["github"]["repository_id"] = "12"; },
       {"build.agreement identifier-disagrees"}},
      {"owner",
       own_workflow,
       [](Case& c) { definition(c)["internalParameters"]["github"]["repository_owner_id"] = "12"; },
       {"build.agreement identifier-disagrees"}},
      {"run",
       own_workflow,
       [](Case& c) {
         c.predicate["runDetails"]["metadata"]["invocationId"] = std::string(kRun) + "0";
       },
       {"build.agreement run-disagrees"}},
      {"attempt",
       generator,
       [](Case& c) { c.predicate["metadata"]["buildInvocationId"] = "77-1"; },
       {"build.agreement run-disagrees"}},
      {"variable of the run",
       container,
       [](Case& c) { definition(c)["internalParameters"]["GITHUB_RUN_ID"] = 78; },
       {"build.agreement run-disagrees"}},
      {"job",
       gitlab,
       [](Case& c) { c.predicate["runDetails"]["metadata"]["invocationId"] = "98"; },
       {"build.agreement run-disagrees"}},
      {"runner",
       own_workflow,
       [](Case& c) {
         definition(c)["internalParameters"]["github"]["runner_environment"] = "self-hosted";
       },
       {"build.agreement runner-disagrees"}},
      {"a run that the certificate does not have",
       own_workflow,
       [](Case& c) { c.signer.claims.erase("runInvocationURI"); },
       {"build.agreement claim-unproven"}},
  };
}

std::vector<Neighbour> inputs() {
  return {
      {"another value",
       own_workflow,
       [](Case& c) { c.expected.inputs = {{"size", "70b"}}; },
       {"build.inputs input-differs"}},
      {"not there",
       generator,
       [](Case& c) { c.expected.inputs = {{"other", ""}}; },
       {"build.inputs input-missing"}},
      {"none are recorded",
       npm,
       [](Case& c) { c.expected.inputs = {{"size", "8b"}}; },
       {"build.inputs inputs-unknown"}},
      {"those of a borrower",
       delegated,
       [](Case& c) { c.expected.inputs = {{"size", "of the builder"}}; },
       {"build.inputs inputs-unknown"}},
      {"another trigger",
       own_workflow,
       [](Case& c) {
         for (const auto* name : {"buildTrigger", "githubWorkflowTrigger"}) claim(c, name) = "push";
         definition(c)["internalParameters"]["github"]["event_name"] = "push";
         c.expected.inputs = {{"size", "8b"}};
       },
       {"build.inputs inputs-unknown"}},
  };
}

}  // namespace

std::vector<Neighbour> predicate_refusals() {
  auto out = incomplete();
  for (const auto& rows : {builders(), disagreeing(), disagreeing_run(), inputs()})
    out.insert(out.end(), rows.begin(), rows.end());
  return out;
}

}  // namespace mpk::policy::test

using namespace mpk;
using namespace mpk::policy;
using namespace mpk::policy::test;

TEST_CASE("a predicate that says something else than its certificate, or less, is refused") {
  check_all(predicate_refusals());
}

TEST_CASE("the provenance of each known builder passes, with one line a question") {
  for (const auto& [what, make] : kBuilders) {
    CAPTURE(what);
    const auto c = make();
    CHECK(failures(c).empty());
    const auto found = check_ci_provenance(c.expected, c.type, c.predicate, c.signer);
    Texts ids;
    for (const auto& check : found.checks) ids.push_back(check.id);
    CHECK(ids == Texts{"build.form", "build.issuer", "build.certificate", "build.source",
                       "build.signer", "build.trigger", "build.builder", "build.agreement"});
    CHECK(found.facts.at("commit") == kCommit);
    CHECK(found.facts.at("source") == "git+" + c.expected.source.url() + "@refs/heads/main");
  }
}

TEST_CASE("a predicate with any value in any place is judged, and printed harmlessly") {
  for (const auto& [what, make] : kBuilders) {
    CAPTURE(what);
    const auto c = make();
    std::size_t passed = 0;
    const auto count = each_damaged(c.predicate, [&](const Json& damaged) {
      const auto found = check_ci_provenance(c.expected, c.type, damaged, c.signer);
      for (const auto& check : found.checks) CHECK(is_whole(check));
      passed += test::failures(found.checks).empty() ? 1 : 0;
    });
    CHECK(count > 100);
    CHECK(passed < count / 2);
  }
  auto c = own_workflow();
  source(c)["uri"] = "git+https://evil/\x1b[2J" + std::string(5000, 'x') + "@refs/heads/main";
  for (const auto& check : check_ci_provenance(c.expected, c.type, c.predicate, c.signer).checks) {
    CHECK(check.message.find('\x1b') == std::string::npos);
    CHECK(check.found.size() < 5000);
  }
}

TEST_CASE("docs/attest-verify.md has each code, and no other") {
  const auto page = read_file(MPK_SOURCE_DIR "/docs/attest-verify.md", limits::kTextFile).take();
  const std::string head = "| code | check | meaning |\n";
  REQUIRE(page.find(head) != std::string::npos);
  auto table = page.substr(page.find(head) + head.size());
  table = table.substr(0, table.find("\n\n"));
  std::set<std::string> listed;
  for (std::size_t at = table.find("\n| `"); at != std::string::npos;
       at = table.find("\n| `", at + 1))
    listed.insert(table.substr(at + 4, table.find('`', at + 4) - at - 4));
  std::set<std::string> used;
  for (const auto& rows : {certificate_refusals(), predicate_refusals()}) {
    for (const auto& row : rows) {
      for (const auto& failure : row.failures) used.insert(failure.substr(failure.find(' ') + 1));
    }
  }
  CHECK(listed == used);
}
