// The checks of an aiBOM's content, in the order of the rule's keys.
#include "policy/aibom_check.hpp"

#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/score.hpp"
#include "aibom/told_tiers.hpp"
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "policy/aibom_parts.hpp"
#include "policy/judgement.hpp"
#include "policy/verified_facts.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace mpk::policy {
namespace {

using aibom::items;
using aibom::member;
using aibom::text;

constexpr int kInvalid = 21;
constexpr int kRefused = 1;

constexpr Fault kVersion{"aibom-version-not-allowed",
                         "a version of CycloneDX that the policy does not name",
                         "make it anew with mpk aibom create --spec-version"};
constexpr Fault kScore{"score-too-low", "the aibom says too little",
                       "mpk aibom score FILE --profile NAME lists what is missing"};
constexpr Fault kNotVerified{"fact-not-verified", "a fact is not verified",
                             "make the aibom with mpk, of the files or with --content"};
constexpr Fault kFinding{"finding-too-severe", "the aibom has a finding",
                         "docs/aibom-findings.md says what to correct"};

Judgement judgement(const std::string& what, int exit_code) {
  return {"aibom." + what, "aibom", exit_code};
}

void check_version(const AibomRule& rule, const Json& bom, std::vector<Check>& out) {
  if (rule.spec_versions.empty()) return;
  auto judged = judgement("version", kInvalid);
  const auto& version = text(bom, "specVersion");
  if (std::ranges::find(rule.spec_versions, version) == rule.spec_versions.end())
    judged.refuse(kVersion, version.empty() ? "none" : version, rule.spec_versions);
  judged.add_to(out, "CycloneDX " + printable(version, 20));
}

void check_profiles(const AibomRule& rule, const Json& bom, AibomChecks& out) {
  if (rule.profiles.empty()) return;
  auto judged = judgement("profile", kInvalid);
  std::string passes;
  for (const auto& floor : rule.profiles) {
    const auto* const profile = aibom::find_profile(floor.profile);
    if (profile == nullptr) {
      judged.refuse(kScore, floor.profile + ": no such profile");
      continue;
    }
    // Who signed the document is proven already.
    const auto score = aibom::score_aibom(bom, *profile, true);
    out.scores[floor.profile] = {score.percent, score.verified_percent};
    const auto refuse = [&](const char* what, double found, std::optional<double> least) {
      if (!least || found >= *least) return;
      judged.refuse(kScore, fmt::format("{} {} {} %", floor.profile, what, found),
                    {fmt::format("{} {} at least {} %", floor.profile, what, *least)});
    };
    refuse("total", score.percent, floor.total);
    refuse("verified", score.verified_percent, floor.verified);
    passes += fmt::format("{}{} {} % · verified {} %", passes.empty() ? "" : "; ", floor.profile,
                          score.percent, score.verified_percent);
  }
  judged.add_to(out.checks, std::move(passes));
}

// Pointers of verified_facts() have no escapes.
const Json& at(const Json& bom, std::string_view pointer) {
  const auto* here = &bom;
  for (const auto step : split(pointer, '/')) {
    if (!step.empty()) here = &member(*here, step);
  }
  return *here;
}

void judge_fact(const VerifiedFact& fact, const Json& bom, const aibom::ToldTiers& tiers,
                Judgement& judged) {
  const std::string word(fact.word);
  bool is_there = false;
  std::size_t index = 0;
  for (const auto& item : items(at(bom, fact.pointer))) {
    const auto place = fmt::format("{}/{}", fact.pointer, index++);
    if (!fact.property.empty() && text(item, "name") != fact.property) continue;
    is_there = true;
    const auto told = tiers.find(place);
    const auto tier = told == tiers.end() ? std::string("nothing said") : told->second.tier;
    if (tier != "verified")
      judged.refuse(kNotVerified, fmt::format("{}: {}", word, tier), {word + ": verified"});
  }
  if (!is_there) judged.refuse(kNotVerified, word + ": not there", {word + ": verified"});
}

void check_tiers(const AibomRule& rule, const Json& bom, std::vector<Check>& out) {
  if (rule.verified_facts.empty()) return;
  auto judged = judgement("tiers", kInvalid);
  const auto tiers = aibom::told_tiers(bom);
  for (const auto& word : rule.verified_facts) {
    if (const auto* const fact = find_verified_fact(word)) {
      judge_fact(*fact, bom, tiers, judged);
    } else {
      judged.refuse(kNotVerified, word + ": no such fact");
    }
  }
  judged.add_to(out, "verified: " + join(rule.verified_facts, ", "));
}

// By rising severity. What is none of them is taken for the most severe.
std::size_t severity(std::string_view word) {
  constexpr std::array<std::string_view, 4> kWords{"info", "low", "medium", "high"};
  const auto found = std::ranges::find(kWords, word);
  return found == kWords.end() ? kWords.size() - 1
                               : static_cast<std::size_t>(found - kWords.begin());
}

void check_findings(const AibomRule& rule, const Json& bom, std::vector<Check>& out) {
  if (!rule.findings_below) return;
  auto judged = judgement("findings", kRefused);
  std::size_t count = 0;
  const auto judge = [&](const Json& component) {
    for (const auto& each : items(member(component, "properties"))) {
      if (text(each, "name") != aibom::own(aibom::kFinding)) continue;
      ++count;
      const auto& finding = text(each, "value");
      const auto word = std::string_view(finding).substr(0, finding.find(':'));
      if (severity(word) >= severity(*rule.findings_below))
        judged.refuse(kFinding, finding, {"below " + *rule.findings_below});
    }
  };
  const auto& about = member(member(bom, "metadata"), "component");
  judge(about);
  aibom::each_component(member(about, "components"), judge);
  aibom::each_component(member(bom, "components"), judge);
  judged.add_to(out, counted(count, "finding") + ", all below " + *rule.findings_below);
}

void check_contents(const AibomRule& rule, const Json& bom, std::vector<Check>& out) {
  if (rule.licenses) {
    auto judged = judgement("licenses", kRefused);
    const auto count = judge_licenses(*rule.licenses, bom, judged);
    judged.add_to(out, counted(count, "licence") + " accepted");
  }
  if (rule.datasets) {
    auto judged = judgement("datasets", kRefused);
    const auto count = judge_datasets(*rule.datasets, bom, judged);
    judged.add_to(out, counted(count, "dataset") + " accepted");
  }
  if (!rule.evaluations.empty()) {
    auto judged = judgement("evaluations", kRefused);
    judge_evaluations(rule.evaluations, bom, judged);
    judged.add_to(out, counted(rule.evaluations.size(), "metric") + " within bounds");
  }
  if (rule.agent) {
    auto judged = judgement("agent", kRefused);
    const auto count = judge_agent(*rule.agent, bom, judged);
    judged.add_to(out, counted(count, "server") + " accepted");
  }
}

}  // namespace

AibomChecks check_aibom_content(const AibomRule& rule, const Json& bom) {
  AibomChecks out;
  check_version(rule, bom, out.checks);
  check_profiles(rule, bom, out);
  check_tiers(rule, bom, out.checks);
  check_findings(rule, bom, out.checks);
  check_contents(rule, bom, out.checks);
  return out;
}

}  // namespace mpk::policy
