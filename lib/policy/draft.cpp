// Draft: each key is proposed, judged by the code that verify uses, and kept where it passes.
#include "policy/draft.hpp"

#include "agent/pins.hpp"
#include "aibom/agree.hpp"
#include "aibom/grammar.hpp"
#include "aibom/score.hpp"
#include "attest/slsa_provenance.hpp"
#include "json/lookup.hpp"
#include "policy/aibom_check.hpp"
#include "policy/content_check.hpp"
#include "policy/policy.hpp"
#include "policy/provenance_check.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace mpk::policy {
namespace {

constexpr int kDepth = 64;  // of components in components

bool passes(const std::vector<Check>& checks) {
  return std::ranges::none_of(checks,
                              [](const Check& check) { return check.result == CheckResult::fail; });
}

bool passes(const AibomRule& rule, const Json& bom) {
  return passes(check_aibom_content(rule, bom).checks);
}

void add_licence(const std::string& word, std::set<std::string>& out) {
  if (aibom::is_spdx_license(word) || word.starts_with("LicenseRef-")) out.insert(word);
}

// Words of an expression that are no licence are none of SPDX's ids either.
void add_words(const std::string& expression, std::set<std::string>& out) {
  std::string word;
  for (const char c : expression + " ") {
    if (c != ' ' && c != '(' && c != ')') {
      word += c;
      continue;
    }
    if (word.ends_with('+')) word.pop_back();
    add_licence(word, out);
    word.clear();
  }
}

void find_licences(const Json& value, std::set<std::string>& out, int depth = 0) {
  if (!value.is_structured() || depth == kDepth) return;
  for (const auto& each : json::items(value, "licenses")) {
    add_licence(json::text(json::member(each, "license"), "id"), out);
    add_words(json::text(each, "expression"), out);
  }
  for (const auto& each : value) find_licences(each, out, depth + 1);
}

Json draft_licenses(const Json& bom) {
  std::set<std::string> found;
  find_licences(bom, found);
  if (found.empty()) return nullptr;
  LicenseRule rule;
  rule.allowed.assign(found.begin(), found.end());
  for (const bool pedigree : {true, false}) {
    rule.pedigree = pedigree;
    if (!passes({.licenses = rule}, bom)) continue;
    Json out = {{"allow", rule.allowed}};
    if (!pedigree) out["pedigree"] = false;
    return out;
  }
  return nullptr;
}

NamePattern pattern_of(const std::string& glob) {
  return {.text = glob, .glob = Glob::parse(glob).take()};
}

Json draft_datasets(const Json& bom) {
  std::set<std::string> names;
  for (const auto& name : aibom::summarize(bom).datasets) names.insert(glob_of(name));
  if (names.empty()) return nullptr;
  Json out = Json::object();
  DatasetRule listed;
  for (const auto& name : names) listed.allowed.push_back(pattern_of(name));
  if (passes({.datasets = listed}, bom)) out["allow"] = names;
  DatasetRule governed;
  governed.governance = true;
  if (passes({.datasets = governed}, bom)) out["governance"] = true;
  return out.empty() ? Json() : out;
}

// Empty lists, too: then nothing may be used.
Json draft_agent(const Json& bom) {
  const auto pins = agent::read_pins(bom);
  if (!pins) return nullptr;
  std::set<std::string> servers, tools, scopes;
  bool tools_known = true;
  for (const auto& server : *pins) {
    servers.insert(glob_of(server.name));
    scopes.insert(server.scopes.begin(), server.scopes.end());
    tools_known = tools_known && server.tools.has_value();
    for (const auto& tool : server.tools.value_or(std::vector<agent::Tool>())) {
      tools.insert(glob_of(server.name) + "/" + glob_of(tool.name));
      scopes.insert(tool.scopes.begin(), tool.scopes.end());
    }
  }
  AgentRule rule;
  Json out = Json::object();
  const auto propose = [&](const char* key, const std::set<std::string>& globs,
                           std::vector<NamePattern> AgentRule::* list, bool AgentRule::* given) {
    AgentRule one;
    for (const auto& glob : globs) (one.*list).push_back(pattern_of(glob));
    one.*given = true;
    if (passes({.agent = one}, bom)) out[key] = globs;
  };
  std::set<std::string> scope_globs;
  for (const auto& scope : scopes) scope_globs.insert(glob_of(scope));
  propose("servers", servers, &AgentRule::servers, &AgentRule::servers_given);
  if (tools_known) propose("tools", tools, &AgentRule::tools, &AgentRule::tools_given);
  propose("scopes", scope_globs, &AgentRule::scopes, &AgentRule::scopes_given);
  return out.empty() ? Json() : out;
}

Json draft_profiles(const Json& bom) {
  Json out = Json::array();
  for (const auto& profile : aibom::profiles()) {
    const auto score = aibom::score_aibom(bom, profile);
    // Whole numbers, rounded down: the next document may have a digit less behind the point.
    const auto total = std::floor(score.percent);
    ProfileFloor floor{.profile = std::string(profile.name), .total = total, .verified = {}};
    if (total <= 0 || !passes({.profiles = {floor}}, bom)) continue;
    Json entry = {{"name", profile.name}, {"total", static_cast<int>(total)}};
    floor.verified = std::floor(score.verified_percent);
    if (*floor.verified > 0 && passes({.profiles = {floor}}, bom))
      entry["verified"] = static_cast<int>(*floor.verified);
    out.push_back(std::move(entry));
  }
  return out.empty() ? Json() : out;
}

}  // namespace

Json draft_aibom(const Json& bom) {
  Json out = {{"required", true}};
  const auto& version = json::text(bom, "specVersion");
  if (passes({.spec_versions = {version}}, bom)) out["specVersions"] = {version};
  Json facts = Json::array();
  for (const auto& word : verified_fact_words()) {
    if (passes({.verified_facts = {word}}, bom)) facts.push_back(word);
  }
  if (!facts.empty()) out["verified"] = std::move(facts);
  for (const char* level : {"info", "low", "medium", "high"}) {
    if (!passes({.findings_below = level}, bom)) continue;
    out["findingsBelow"] = level;
    break;
  }
  for (auto& [key, section] :
       std::initializer_list<std::pair<const char*, Json>>{{"profiles", draft_profiles(bom)},
                                                           {"licenses", draft_licenses(bom)},
                                                           {"datasets", draft_datasets(bom)},
                                                           {"agent", draft_agent(bom)}}) {
    if (!section.is_null()) out[key] = section;
  }
  return out;
}

Json draft_provenance(const Json& predicate, const sigstore::Identity& signer) {
  const auto facts = attest::read_provenance(predicate);
  if (!facts || facts->builder_id.empty()) return nullptr;
  ProvenanceRule rule;
  const auto exactly = [](const std::string& text) {
    return sigstore::Matcher{.text = text, .pattern = {}};
  };
  rule.builders.push_back({.id = exactly(facts->builder_id), .level = 0, .is_signer = true});
  const auto passes_so = [&] { return passes(check_provenance(rule, predicate, signer).checks); };
  if (!passes_so()) rule.builders.front().is_signer = false;
  if (!passes_so()) return nullptr;
  Json builder = {{"id", facts->builder_id}};
  if (rule.builders.front().is_signer) builder["isSigner"] = true;
  Json out = {{"builders", Json::array({std::move(builder)})}};
  if (!facts->build_type.empty()) {
    rule.build_types = {facts->build_type};
    if (passes_so()) out["buildTypes"] = rule.build_types;
  }
  if (!facts->source_uri.empty()) {
    rule.sources = {exactly(facts->source_uri)};
    if (passes_so()) out["sources"] = Json::array({{{"uri", facts->source_uri}}});
  }
  return out;
}

Json draft_scan(const Json& predicate) {
  for (const bool warnings : {false, true}) {
    ContentRule rule;
    rule.scan_required = true;
    rule.scan_warnings = warnings;
    if (check_scan(rule, predicate).result != CheckResult::pass) continue;
    Json out = {{"required", true}};
    if (warnings) out["warnings"] = true;
    return out;
  }
  return nullptr;
}

std::string glob_of(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (std::string_view("*?[\\").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace mpk::policy
