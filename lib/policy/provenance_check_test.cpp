// Provenance rules: each passes once, and each fails once with its own code.
#include "policy/provenance_check.hpp"

#include "policy/test_documents.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::policy;

namespace {

constexpr const char* kBuilder =
    "https://github.com/acme/ci/.github/workflows/pack.yml@refs/tags/v1";

// As GitHub's actions/attest writes it.
Json predicate() {
  auto out = json::parse(R"({
    "buildDefinition": {
      "buildType": "https://actions.github.io/buildtypes/workflow/v1",
      "externalParameters": {
        "workflow": {"ref": "refs/tags/v1", "path": ".github/workflows/pack.yml",
                     "repository": "https://github.com/acme/ci"},
        "inputs": {}, "shards": [1, 2]},
      "resolvedDependencies": [
        {"uri": "git+https://github.com/acme/train@refs/heads/main",
         "digest": {"gitCommit": "0f3c1a5b7d9e2f4a6c8b0d1e3f5a7b9c1d3e5f70"}},
        {"uri": "pkg:huggingface/acme/base@0f3c", "name": "base", "digest": {"sha256": "00"}}]},
    "runDetails": {"builder": {"id": ""}, "metadata": {"invocationId": "https://x/1"}}})")
                 .take();
  out["runDetails"]["builder"]["id"] = kBuilder;
  return out;
}

sigstore::Identity signer() {
  return {.subject = kBuilder, .issuer = "https://i", .claims = {{"buildSignerURI", kBuilder}}};
}

ExpectedParameter is(const std::string& name, const char* value) {
  return {.name = name, .value = json::parse(value).take(), .pattern = {}, .pattern_text = {}};
}
ExpectedParameter like(const std::string& name, const std::string& text) {
  return {.name = name, .value = {}, .pattern = Regex::compile(text).take(), .pattern_text = text};
}
ExpectedParameter any(const std::string& name) {
  return {.name = name, .value = {}, .pattern = {}, .pattern_text = {}, .any = true};
}

ProvenanceRule whole_rule() {
  ProvenanceRule rule;
  rule.builders = {{.id = test::exactly(kBuilder), .level = 3, .is_signer = true},
                   {.id = test::pattern("https://github\\.com/.*"), .level = 1}};
  rule.level = 3;
  rule.sources = {test::exactly("git+https://github.com/acme/train@refs/heads/main")};
  rule.build_types = {"https://actions.github.io/buildtypes/workflow/v1"};
  rule.external_parameters = {{is("/workflow/ref", R"("refs/tags/v1")"), any("/workflow/path"),
                               like("/workflow/repository", "https://github\\.com/acme/.*"),
                               any("/inputs/x"), is("shards", "[1.0, 2]")}};
  rule.dependencies_allowed =
      test::name_patterns({"git+https://github.com/acme/**", "pkg:huggingface/acme/*"});
  rule.dependencies_denied = test::name_patterns({"pkg:huggingface/evil/**"});
  rule.dependencies_need_digests = true;
  return rule;
}

std::vector<std::string> failures(const ProvenanceRule& rule, const Json& document,
                                  const sigstore::Identity& by = signer()) {
  const auto checks = check_provenance(rule, document, by).checks;
  for (const auto& check : checks) {
    CAPTURE(check.message);
    CHECK(test::is_whole(check));
    CHECK((check.result == CheckResult::pass || check.exit_code == 1));
  }
  return test::failures(checks);
}

}  // namespace

TEST_CASE("a provenance that a rule asks everything of has one check for each question, in order") {
  const auto checks = check_provenance(whole_rule(), predicate(), signer()).checks;
  CHECK(test::failures(checks).empty());
  std::vector<std::string> ids;
  for (const auto& check : checks) ids.push_back(check.id);
  CHECK(ids == std::vector<std::string>{"provenance.form", "provenance.builder", "provenance.level",
                                        "provenance.buildType", "provenance.source",
                                        "provenance.parameters", "provenance.dependencies"});
  CHECK(checks[1].message == std::string("builder ") + kBuilder + " · level 3");
  CHECK(check_provenance(whole_rule(), predicate(), signer()).level == 3);
  ProvenanceRule least;
  least.builders = {{.id = test::exactly(kBuilder)}};
  CHECK(check_provenance(least, predicate(), {}).checks.size() == 2);
}

TEST_CASE("each change of a provenance is refused with its own code") {
  struct Row {
    const char* what;
    const char* pointer;
    const char* value;
    std::vector<std::string> failures;
  };
  for (const auto& row : std::vector<Row>{
           {"form", "/buildDefinition/buildType", "null", {"provenance.form provenance-malformed"}},
           {"builder",
            "/runDetails/builder/id",
            R"("https://evil/b")",
            {"provenance.builder builder-not-allowed", "provenance.level level-too-low"}},
           {"level",
            "/runDetails/builder/id",
            R"("https://github.com/other")",
            {"provenance.level level-too-low"}},
           {"build type",
            "/buildDefinition/buildType",
            R"("https://other")",
            {"provenance.buildType build-type-not-allowed"}},
           {"source",
            "/buildDefinition/resolvedDependencies/0/uri",
            R"("git+https://github.com/acme/train@refs/heads/dev")",
            {"provenance.source source-not-allowed"}},
           {"no source",
            "/buildDefinition/resolvedDependencies",
            "[]",
            {"provenance.source source-not-allowed"}},
           {"a parameter more",
            "/buildDefinition/externalParameters/debug",
            "true",
            {"provenance.parameters parameter-unknown"}},
           {"one more below",
            "/buildDefinition/externalParameters/workflow/x",
            "{}",
            {"provenance.parameters parameter-unknown"}},
           {"an input that is not named",
            "/buildDefinition/externalParameters/inputs/y",
            "1",
            {"provenance.parameters parameter-unknown"}},
           {"a leaf where members are named",
            "/buildDefinition/externalParameters/inputs",
            "1",
            {"provenance.parameters parameter-unknown"}},
           {"another value",
            "/buildDefinition/externalParameters/workflow/ref",
            R"("refs/heads/x")",
            {"provenance.parameters parameter-differs"}},
           {"another number",
            "/buildDefinition/externalParameters/shards/1",
            "3",
            {"provenance.parameters parameter-differs"}},
           {"not as the pattern",
            "/buildDefinition/externalParameters/workflow/repository",
            R"("https://evil/https://github.com/acme/x")",
            {"provenance.parameters parameter-differs"}},
           {"no text where a pattern is",
            "/buildDefinition/externalParameters/workflow/repository",
            "7",
            {"provenance.parameters parameter-differs"}},
           {"another dependency",
            "/buildDefinition/resolvedDependencies/1/uri",
            R"("pkg:huggingface/other/base")",
            {"provenance.dependencies dependency-not-allowed"}},
           {"one without URI",
            "/buildDefinition/resolvedDependencies/1/uri",
            "null",
            {"provenance.dependencies dependency-not-allowed"}},
           {"a denied one",
            "/buildDefinition/resolvedDependencies/1/uri",
            R"("pkg:huggingface/evil/a/b")",
            {"provenance.dependencies dependency-denied"}},
           {"denied by its other name",
            "/buildDefinition/resolvedDependencies/1/downloadLocation",
            R"("pkg:huggingface/evil/a")",
            {"provenance.dependencies dependency-denied"}},
           {"without digest",
            "/buildDefinition/resolvedDependencies/1/digest",
            "{}",
            {"provenance.dependencies dependency-without-digest"}},
           {"with an empty digest",
            "/buildDefinition/resolvedDependencies/1/digest/sha256",
            R"("")",
            {"provenance.dependencies dependency-without-digest"}},
       }) {
    CAPTURE(row.what);
    auto changed = predicate();
    changed[Json::json_pointer(row.pointer)] = json::parse(row.value).take();
    CHECK(failures(whole_rule(), changed) == row.failures);
  }
}

TEST_CASE("a parameter that is expected must be there, unless it may be anything") {
  auto changed = predicate();
  changed["buildDefinition"]["externalParameters"].erase("inputs");
  changed["buildDefinition"]["externalParameters"]["workflow"].erase("path");
  CHECK(failures(whole_rule(), changed).empty());
  changed["buildDefinition"]["externalParameters"].erase("shards");
  CHECK(failures(whole_rule(), changed) ==
        std::vector<std::string>{"provenance.parameters parameter-missing"});
}

TEST_CASE("an empty list of parameters lets none be there, no list lets all") {
  auto rule = whole_rule();
  rule.external_parameters.emplace();
  CHECK(failures(rule, predicate()) ==
        std::vector<std::string>{"provenance.parameters parameter-unknown"});
  rule.external_parameters.reset();
  CHECK(failures(rule, predicate()).empty());
}

TEST_CASE("names of members are no pointers, and integers are compared exactly") {
  auto rule = whole_rule();
  auto changed = predicate();
  auto& parameters = changed["buildDefinition"]["externalParameters"];
  parameters = {{"a/b", 9007199254740993}};
  rule.external_parameters = {{is("a/b", "9007199254740993")}};
  CHECK(failures(rule, changed).empty());
  rule.external_parameters = {{is("/a~1b", "9007199254740993")}};
  CHECK(failures(rule, changed).empty());
  rule.external_parameters = {{is("a/b", "9007199254740992.0")}};
  CHECK(failures(rule, changed) ==
        std::vector<std::string>{"provenance.parameters parameter-differs"});
  parameters = {{"a", {{"b", 1}}}};
  rule.external_parameters = {{is("a/b", "1")}};
  CHECK(failures(rule, changed) ==
        std::vector<std::string>{"provenance.parameters parameter-missing",
                                 "provenance.parameters parameter-unknown"});
}

TEST_CASE("a builder that must have signed is none for a key or another workflow") {
  auto rule = whole_rule();
  rule.builders.pop_back();
  rule.level = 0;
  for (const auto& by : {sigstore::Identity{}, [] {
                           auto other = signer();
                           other.claims["buildSignerURI"] += "0";
                           return other;
                         }()})
    CHECK(failures(rule, predicate(), by) ==
          std::vector<std::string>{"provenance.builder builder-not-signer"});
  // The other entry that names it gives the level that it has without.
  rule = whole_rule();
  CHECK(failures(rule, predicate(), {}) ==
        std::vector<std::string>{"provenance.level level-too-low"});
}

TEST_CASE("a predicate's own word about levels counts for nothing") {
  auto changed = predicate();
  changed["runDetails"]["builder"]["id"] = "https://github.com/other";
  changed["runDetails"]["builder"]["version"] = {{"slsaLevel", "3"}};
  changed["verifiedLevels"] = Json::array({"SLSA_BUILD_LEVEL_3"});
  CHECK(failures(whole_rule(), changed) ==
        std::vector<std::string>{"provenance.level level-too-low"});
}

TEST_CASE("what a provenance says is printed harmlessly and cut, and a flood is counted") {
  auto changed = predicate();
  changed["runDetails"]["builder"]["id"] = "https://evil/\x1b[2J" + std::string(5000, 'x');
  auto& parameters = changed["buildDefinition"]["externalParameters"];
  for (int i = 0; i < 1000; ++i) parameters["p" + std::to_string(i)] = i;
  for (const auto& check : check_provenance(whole_rule(), changed, signer()).checks) {
    CHECK(check.message.find('\x1b') == std::string::npos);
    CHECK(check.found.find('\x1b') == std::string::npos);
    CHECK(check.found.size() < 5000);
    if (check.code == "parameter-unknown")
      CHECK(check.message.find("; and 997 more") != std::string::npos);
  }
}

TEST_CASE("a provenance with any value in any place is judged") {
  const auto rule = whole_rule();
  const auto count = test::each_damaged(predicate(), [&](const Json& damaged) {
    const auto [checks, level] = check_provenance(rule, damaged, signer());
    CHECK(level.has_value() == (checks.size() > 1 && checks[1].result == CheckResult::pass));
    CHECK((checks.size() == 1 || checks.size() >= 7));
    for (const auto& check : checks) CHECK(test::is_whole(check));
  });
  CHECK(count > 200);
}
