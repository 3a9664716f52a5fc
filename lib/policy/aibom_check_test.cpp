// aiBOM rules: version, profiles, tiers, findings; a real document damaged in every place.
#include "policy/aibom_check.hpp"

#include "base/file.hpp"
#include "base/limits.hpp"
#include "policy/test_documents.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::policy;

namespace {

Json golden(const char* name) {
  const auto text =
      read_file(MPK_SOURCE_DIR "/testdata/golden/aibom/" + std::string(name), limits::kTextFile);
  return json::parse(*text).take();
}

Json& property(Json& bom, const std::string& name) {
  for (auto& each : bom["metadata"]["component"]["properties"]) {
    if (each["name"].get<std::string>().starts_with(name)) return each;
  }
  FAIL("no property " << name);
  return bom;
}

AibomRule whole_rule() {
  AibomRule rule;
  rule.spec_versions = {"1.6"};
  rule.profiles = {{.profile = "g7", .total = 20, .verified = 5}};
  rule.verified_facts = {"parameters", "precision"};
  rule.findings_below = "medium";
  rule.licenses = {.allowed = {"Apache-2.0"}, .denied = {}, .pedigree = false};
  rule.datasets = {.allowed = test::name_patterns({"example/*"}), .denied = {}};
  rule.evaluations = {{.metric = "accuracy", .slice = {}, .least = 0.1, .most = 1}};
  rule.agent.emplace().servers_given = true;
  return rule;
}

std::vector<std::string> failures(const AibomRule& rule, const Json& bom) {
  const auto found = check_aibom_content(rule, bom);
  for (const auto& check : found.checks) {
    CAPTURE(check.message);
    CHECK(test::is_whole(check));
  }
  return test::failures(found.checks);
}

}  // namespace

TEST_CASE("an aiBOM that a rule asks everything of has one check for each question, in order") {
  const auto found = check_aibom_content(whole_rule(), golden("tiny-llama.cdx.json"));
  std::vector<std::string> ids;
  for (const auto& check : found.checks) {
    CHECK_MESSAGE(check.result == CheckResult::pass, check.message);
    ids.push_back(check.id);
  }
  CHECK(ids == std::vector<std::string>{"aibom.version", "aibom.profile", "aibom.tiers",
                                        "aibom.findings", "aibom.licenses", "aibom.datasets",
                                        "aibom.evaluations", "aibom.agent"});
  REQUIRE(found.scores.contains("g7"));
  CHECK(found.scores.at("g7").first >= found.scores.at("g7").second);
  CHECK(found.scores.at("g7").second > 0);
  CHECK(check_aibom_content({}, golden("tiny-llama.cdx.json")).checks.empty());
}

TEST_CASE("each rule refuses with its own code and exit code") {
  struct Row {
    std::function<void(AibomRule&)> change;
    const char* failure;
    int exit_code;
  };
  for (const auto& row : std::vector<Row>{
           {[](auto& rule) { rule.spec_versions = {"1.7"}; },
            "aibom.version aibom-version-not-allowed", 21},
           {[](auto& rule) { rule.profiles[0].total = 99.9; }, "aibom.profile score-too-low", 21},
           {[](auto& rule) { rule.profiles[0].verified = 99.9; }, "aibom.profile score-too-low",
            21},
           {[](auto& rule) { rule.profiles[0].profile = "g8"; }, "aibom.profile score-too-low", 21},
           {[](auto& rule) { rule.verified_facts = {"quantization"}; },
            "aibom.tiers fact-not-verified", 21},
           {[](auto& rule) { rule.verified_facts = {"fame"}; }, "aibom.tiers fact-not-verified",
            21},
           {[](auto& rule) { rule.findings_below = "low"; }, "aibom.findings finding-too-severe",
            1},
           {[](auto& rule) { rule.licenses->allowed = {"MIT"}; },
            "aibom.licenses license-not-allowed", 1},
           {[](auto& rule) { rule.datasets->denied = test::name_patterns({"*/support-*"}); },
            "aibom.datasets dataset-denied", 1},
           {[](auto& rule) { rule.evaluations[0].metric = "toxicity"; },
            "aibom.evaluations evaluation-missing", 1},
       }) {
    CAPTURE(row.failure);
    auto rule = whole_rule();
    row.change(rule);
    const auto bom = golden("tiny-llama.cdx.json");
    CHECK(failures(rule, bom) == std::vector<std::string>{row.failure});
    for (const auto& check : check_aibom_content(rule, bom).checks)
      CHECK((check.result == CheckResult::pass || check.exit_code == row.exit_code));
  }
}

TEST_CASE("a fact is verified only where its tier says so, also by a citation") {
  AibomRule rule;
  rule.verified_facts = {"parameters"};
  auto bom = golden("tiny-llama.cdx.json");
  CHECK(failures(rule, bom).empty());
  // The property that told it is of the same list as the fact.
  auto& told = property(bom, "mpk:provenance:/metadata/component/properties/3");
  for (const auto* tier : {"declared", "inferred", "sure", "verified?"}) {
    told["value"] = tier;
    CHECK(failures(rule, bom) == std::vector<std::string>{"aibom.tiers fact-not-verified"});
  }
  bom["citations"] = json::parse(R"([{"note": "mpk:provenance=verified",
      "pointers": ["/metadata/component/properties/3"]}])")
                         .take();
  told["value"] = "sure";
  CHECK(failures(rule, bom).empty());
  // A second one of the name must be verified, too.
  bom["metadata"]["component"]["properties"].push_back(
      {{"name", "mpk:parameters"}, {"value", "1"}});
  CHECK(failures(rule, bom) == std::vector<std::string>{"aibom.tiers fact-not-verified"});
}

TEST_CASE("findings are refused from their level on, and what has no level is severe") {
  for (const auto& [word, below, passes] : {std::tuple{"info", "low", true},
                                            {"low", "low", false},
                                            {"low", "medium", true},
                                            {"medium", "high", true},
                                            {"high", "high", false},
                                            {"grave", "high", false},
                                            {"", "high", false}}) {
    CAPTURE(word);
    CAPTURE(below);
    AibomRule rule;
    rule.findings_below = below;
    auto bom = golden("tiny-llama.cdx.json");
    property(bom, "mpk:finding")["value"] = std::string(word) + ": README.md: text [code]";
    CHECK(failures(rule, bom).empty() == passes);
  }
  // Wherever it stands.
  AibomRule rule;
  rule.findings_below = "high";
  auto bom = golden("tiny-llama.cdx.json");
  bom["components"][0]["properties"] =
      json::parse(R"([{"name": "mpk:finding", "value": "high: x"}])").take();
  CHECK(failures(rule, bom) == std::vector<std::string>{"aibom.findings finding-too-severe"});
}

TEST_CASE("an aiBOM with any value in any place is judged") {
  auto rule = whole_rule();
  rule.licenses->pedigree = true;
  rule.datasets->governance = true;
  rule.profiles.clear();  // aibom/score_test.cpp has them, and they take most of the time
  std::size_t passed = 0;
  test::each_damaged(golden("tiny-llama.cdx.json"), [&](const Json& damaged) {
    for (const auto& check : check_aibom_content(rule, damaged).checks) {
      CHECK(test::is_whole(check));
      passed += check.result == CheckResult::pass ? 1U : 0U;
    }
  });
  CHECK(passed > 0);
}
