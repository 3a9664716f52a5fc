// Policy files: what an aiBOM must say.
#include "aibom/grammar.hpp"
#include "aibom/score.hpp"
#include "aibom/spec_version.hpp"
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "policy/reader.hpp"
#include "policy/verified_facts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <tuple>

namespace mpk::policy {
namespace {

using Empty = Reader::Empty;

// Severities of findings that an aiBOM tells (model/info.hpp), the mildest first.
const std::vector<std::string>& severities() {
  static const std::vector<std::string> kWords = {"info", "low", "medium", "high"};
  return kWords;
}

std::vector<std::string> profile_names() {
  std::vector<std::string> out;
  for (const auto& profile : aibom::profiles()) out.emplace_back(profile.name);
  return out;
}

Result<std::vector<std::string>> spec_versions(const Reader& in, const json::Field& field) {
  std::vector<std::string> known;
  for (const auto version : aibom::kSpecVersions) known.emplace_back(to_string(version));
  for (const auto& entry : TRY(in.list(field, "specVersions"))) {
    if (entry.value().is_number()) {
      return in.at(entry, "expected a string, found a number")
          .with_hint("put it in quotes: \"1.6\"");
    }
  }
  return in.words(field, "specVersions", "version of CycloneDX that mpk reads", known);
}

Result<std::optional<double>> percent(const Reader& in, const json::Field& entry,
                                      std::string_view key) {
  const auto value = TRY(in.number(entry, key));
  if (value && (*value <= 0 || *value > 100)) {
    return in.at(TRY(in.located(entry.at(key))),
                 std::string(key) + " is a percentage: above 0, at most 100");
  }
  return value;
}

Result<std::vector<ProfileFloor>> profiles(const Reader& in, const json::Field& field) {
  std::vector<ProfileFloor> out;
  std::set<std::string> seen;
  for (const auto& entry : TRY(in.list(field, "profiles"))) {
    TRY(in.known(entry, {"name", "total", "verified"}));
    ProfileFloor floor{
        .profile = TRY(in.word(TRY(in.located(entry.at("name"))), "profile", profile_names()))};
    floor.total = TRY(percent(in, entry, "total"));
    floor.verified = TRY(percent(in, entry, "verified"));
    if (!floor.total && !floor.verified)
      return in.at(entry, "expected total or verified, in percent");
    if (!seen.insert(floor.profile).second) return in.at(entry, "the profile is there twice");
    out.push_back(std::move(floor));
  }
  return out;
}

bool is_license(std::string_view id) {
  constexpr std::string_view kOwn = "LicenseRef-";
  if (!id.starts_with(kOwn)) return aibom::is_spdx_license(id);
  const auto name = id.substr(kOwn.size());
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '.';
  });
}

Result<std::vector<std::string>> license_ids(const Reader& in, const json::Field& field,
                                             std::string_view key, Empty empty) {
  std::vector<std::string> out;
  for (const auto& entry : TRY(in.list(field, key, empty))) {
    auto id = TRY(in.text(entry));
    if (!is_license(id)) {
      return in.at(entry, "\"" + printable(id, 100) + "\" is no SPDX licence id")
          .with_hint(
              "ids are as on spdx.org/licenses, upper and lower case included; a licence of "
              "your own is LicenseRef-…");
    }
    out.push_back(std::move(id));
  }
  return out;
}

Result<std::optional<LicenseRule>> licenses(const Reader& in, const json::Field& parent) {
  const auto field = TRY(in.section(parent, "licenses", {"allow", "deny", "pedigree", "unknown"}));
  if (!field) return std::optional<LicenseRule>();
  TRY(in.apart(*field));
  LicenseRule out;
  out.allowed = TRY(license_ids(in, *field, "allow", Empty::refused));
  out.denied = TRY(license_ids(in, *field, "deny", Empty::allowed));
  out.pedigree = TRY(in.boolean(*field, "pedigree", true));
  out.unknown = TRY(in.boolean(*field, "unknown", false));
  return std::optional(std::move(out));
}

Result<std::optional<DatasetRule>> datasets(const Reader& in, const json::Field& parent) {
  const auto field = TRY(in.section(parent, "datasets", {"allow", "deny", "governance"}));
  if (!field) return std::optional<DatasetRule>();
  TRY(in.apart(*field));
  DatasetRule out;
  out.allowed = TRY(in.globs(*field, "allow"));
  out.denied = TRY(in.globs(*field, "deny", Empty::allowed));
  out.governance = TRY(in.boolean(*field, "governance", false));
  return std::optional(std::move(out));
}

Result<std::vector<EvaluationFloor>> evaluations(const Reader& in, const json::Field& field) {
  std::vector<EvaluationFloor> out;
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& entry : TRY(in.list(field, "evaluations"))) {
    TRY(in.known(entry, {"metric", "slice", "min", "max"}));
    EvaluationFloor floor{.metric = TRY(in.text(TRY(in.located(entry.at("metric")))))};
    if (const auto slice = TRY(in.located(entry.find("slice")))) {
      auto pattern = TRY(in.text(*slice));
      auto glob = Glob::parse(pattern);
      if (!glob) return in.at(*slice, glob.error());
      floor.slice = NamePattern{std::move(pattern), glob.take()};
    }
    floor.least = TRY(in.number(entry, "min"));
    floor.most = TRY(in.number(entry, "max"));
    if (!floor.least && !floor.most) return in.at(entry, "expected min or max");
    if (floor.least && floor.most && *floor.least > *floor.most)
      return in.at(entry, "min is above max: no result can be both");
    if (!seen.emplace(floor.metric, floor.slice ? floor.slice->text : "").second)
      return in.at(entry, "the metric is there twice, for the same slice");
    out.push_back(std::move(floor));
  }
  return out;
}

Result<std::optional<AgentRule>> agent(const Reader& in, const json::Field& parent) {
  const auto field = TRY(in.section(parent, "agent", {"servers", "tools", "scopes"}));
  if (!field) return std::optional<AgentRule>();
  AgentRule out;
  for (const auto& [key, list, given] : {std::tuple{"servers", &out.servers, &out.servers_given},
                                         {"tools", &out.tools, &out.tools_given},
                                         {"scopes", &out.scopes, &out.scopes_given}}) {
    *list = TRY(in.globs(*field, key, Empty::allowed));
    *given = TRY(in.located(field->find(key))).has_value();
  }
  for (const auto& entry : TRY(in.list(*field, "tools", Empty::allowed))) {
    const auto pattern = TRY(in.text(entry));
    if (pattern.find('/') == std::string::npos && pattern != "**") {
      return in.at(entry, "\"" + printable(pattern, 100) + "\" can match no SERVER/TOOL")
          .with_hint("for example crm/lookup, crm/* or **");
    }
  }
  return std::optional(std::move(out));
}

}  // namespace

const std::vector<std::string>& verified_fact_words() {
  static const auto kWords = [] {
    std::vector<std::string> out;
    for (const auto& fact : verified_facts()) out.emplace_back(fact.word);
    return out;
  }();
  return kWords;
}

Result<std::optional<AibomRule>> read_aibom(const Reader& in, const json::Field& parent,
                                            const OwnSigners& own) {
  const auto field = TRY(in.section(
      parent, "aibom",
      {"required", "agreesWithLayers", "signers", "threshold", "specVersions", "profiles",
       "verified", "findingsBelow", "licenses", "datasets", "evaluations", "agent", "maxAge"}));
  if (!field) return std::optional<AibomRule>();
  AibomRule out;
  out.required = TRY(in.boolean(*field, "required", true));
  out.agrees_with_layers = TRY(in.boolean(*field, "agreesWithLayers", true));
  if (TRY(in.located(field->find("signers"))) || TRY(in.located(field->find("threshold"))))
    out.signed_by = TRY(read_signed_by(in, *field, own));
  out.spec_versions = TRY(spec_versions(in, *field));
  out.profiles = TRY(profiles(in, *field));
  out.verified_facts =
      TRY(in.words(*field, "verified", "fact that can be verified", verified_fact_words()));
  if (const auto below = TRY(in.located(field->find("findingsBelow"))))
    out.findings_below = TRY(in.word(*below, "severity", severities()));
  out.licenses = TRY(licenses(in, *field));
  out.datasets = TRY(datasets(in, *field));
  out.evaluations = TRY(evaluations(in, *field));
  out.agent = TRY(agent(in, *field));
  out.max_age = TRY(in.duration(*field, "maxAge"));
  return std::optional(std::move(out));
}

}  // namespace mpk::policy
