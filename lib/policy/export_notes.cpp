// Notes of an export: for each key of the policy file what other gates make of it. A key that is
// new in the file needs its row here; the tests hold the table against the schema.
#include "policy/export.hpp"
#include "policy/export_plan.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace mpk::policy {
namespace {

using Effect = ExportNote::Effect;

// What a key says when it asks for nothing that is lost.
bool never(const Json&) { return false; }
bool is_true(const Json& value) { return value == true; }
bool is_false(const Json& value) { return value == false; }
bool is_one(const Json& value) { return value == 1 || (value.is_array() && value.size() == 1); }

struct Lost {
  Effect effect = Effect::weaker;
  std::string_view text;  // empty: carried over
};

struct Row {
  std::string_view key;
  Lost kyverno, policy_controller;
  bool (*harmless)(const Json&) = never;
};

constexpr Lost kKept = {};
constexpr Lost kAge = {Effect::weaker, "age is not looked at"};
constexpr Lost kNotRead = {Effect::weaker, "not looked at"};
constexpr Lost kOptional = {Effect::weaker, "one that is attached is not looked at"};
constexpr Lost kClaims = {Effect::stricter, "claims are not looked at, so this signer is left out"};
constexpr Lost kCount = {Effect::weaker,
                         "somebody who fits the patterns of several signers counts for each"};
constexpr Lost kKeyLogged = {Effect::stricter,
                             "a log entry is asked for, whatever the trusted root says"};
constexpr Lost kKeyLegacy = {
    Effect::stricter, "of keys only cosign's earlier tags (.sig, .att) are read, no bundles"};
constexpr Lost kLogs = {Effect::weaker,
                        "one log entry is asked for, not entries of several operators"};
constexpr Lost kAibom = {
    Effect::weaker, "neither is it validated, nor held against the layers; of several any will do"};
constexpr Lost kScan = {Effect::weaker,
                        "not whether mpk has scanned; of several results any will do"};
constexpr Lost kSummary = {
    Effect::stricter,
    "with required: of the summary's resource and levels nothing is asked; without: a "
    "summary stands in for nothing"};
constexpr Lost kDenied = {Effect::weaker,
                          "digests of manifests are refused, those of layers are not seen"};
constexpr Lost kRules = {Effect::stricter,
                         "what fits several rules must pass each, not the first alone"};

// A section that has a text here is told of as a whole; of others each key has a row. Of the keys
// of a signer, of threshold and of match the last names count, wherever they stand.
constexpr auto kRows = std::to_array<Row>({
    {"apiVersion", kKept, kKept},
    {"name", kKept, kKept},
    {"match", kKept, kKept},
    {"rules", kKept, kRules, is_one},
    {"deny", kDenied, kDenied},
    {"signers.identity", kKept, kKept},
    {"signers.identityPattern", kKept, kKept},
    {"signers.issuer", kKept, kKept},
    {"signers.issuerPattern", kKept, kKept},
    {"signers.claims", kClaims, kClaims},
    {"signers.claimPatterns", kClaims, kClaims},
    {"signers.key", kKeyLogged, kKeyLegacy},
    {"signers.keyFile", kKeyLogged, kKeyLegacy},
    {"threshold", kCount, kCount, is_one},
    {"evidence.logs", kLogs, kLogs, is_one},
    {"evidence.timestamps", kNotRead, kNotRead},
    {"evidence.witnesses", kNotRead, kNotRead},
    {"signature.required", kKept, kKept},
    {"signature.maxAge", kAge, kAge},
    {"attestations.type", kKept, kKept},
    {"attestations.maxAge", kAge, kAge},
    {"provenance.required", kOptional, kOptional, is_true},
    {"provenance.builders.id", kKept, kKept},
    {"provenance.builders.idPattern", kKept, kKept},
    {"provenance.builders.level", kKept, kKept},
    {"provenance.builders.isSigner", kNotRead, kNotRead, is_false},
    {"provenance.level", kKept, kKept},
    {"provenance.sources", kNotRead, kNotRead},
    {"provenance.buildTypes", kKept, kKept},
    {"provenance.externalParameters", kNotRead, kNotRead},
    {"provenance.dependencies", kNotRead, kNotRead},
    {"provenance.maxAge", kAge, kAge},
    {"aibom.required", kOptional, kOptional, is_true},
    {"aibom.agreesWithLayers", kNotRead, kNotRead, is_false},
    {"aibom.specVersions", kKept, kKept},
    {"aibom.profiles", kNotRead, kNotRead},
    {"aibom.verified", kNotRead, kNotRead},
    {"aibom.findingsBelow", kNotRead, kNotRead},
    {"aibom.licenses", kNotRead, kNotRead},
    {"aibom.datasets", kNotRead, kNotRead},
    {"aibom.evaluations", kNotRead, kNotRead},
    {"aibom.agent", kNotRead, kNotRead},
    {"aibom.maxAge", kAge, kAge},
    {"content.formats", kNotRead, kNotRead},
    {"content.scan.required", kOptional, kOptional, is_true},
    {"content.scan.warnings", kKept, kKept},
    {"content.scan.maxAge", kAge, kAge},
    {"lineage", kNotRead, kNotRead},
    {"vsa.verifiers.id", kKept, kKept},
    {"vsa.levels", kNotRead, kNotRead},
    {"vsa.policies", kKept, kKept},
    {"vsa.required", kKept, kKept},
    {"vsa.maxAge", kAge, kAge},
    {"waivers", {Effect::stricter, "no waiver counts"}, {Effect::stricter, "no waiver counts"}},
});

// What a section asks for by being there, beside its keys.
constexpr auto kSections = std::to_array<Row>({
    {"aibom", kAibom, kAibom},
    {"content.scan", kScan, kScan},
    {"vsa", kSummary, kSummary},
});

const Row* find_in(const auto& rows, std::string_view key) {
  const auto* const found = std::ranges::find(rows, key, &Row::key);
  return found == rows.end() ? nullptr : found;
}

/// "rules.provenance.signers.key" → "signers.key": what has one meaning wherever it stands.
std::string_view plain(std::string_view key) {
  if (key.starts_with("rules.")) key.remove_prefix(6);
  const auto last = key.rfind('.');
  const auto name = last == std::string_view::npos ? key : key.substr(last + 1);
  if (name == "threshold" || name == "match" || name == "signers") return name;
  const auto signers = key.find("signers.");
  if (signers != std::string_view::npos && (signers == 0 || key[signers - 1] == '.'))
    return key.substr(signers);
  return key;
}

bool is_told_as_a_whole(const Row& row) {
  return !row.kyverno.text.empty() || !row.policy_controller.text.empty();
}

class Notes {
 public:
  Notes(ExportTarget target, std::vector<ExportNote>& out) : target_(target), out_(out) {}

  void walk(const Json& value, const std::string& key) {
    if (value.is_array()) {
      for (const auto& each : value) {
        if (each.is_object()) walk(each, key);
      }
      return;
    }
    if (!value.is_object()) return;
    for (const auto& [name, member] : value.items()) {
      const auto path = key.empty() ? name : fmt::format("{}.{}", key, name);
      const auto said = plain(path);
      if (const auto* section = find_in(kSections, said)) add(*section, member);
      const auto* row = find_in(kRows, said);
      if (row != nullptr) add(*row, member);
      // "rules" itself is no section: its keys are the file's.
      if (row == nullptr || said == "rules" || !is_told_as_a_whole(*row)) walk(member, path);
    }
  }

 private:
  void add(const Row& row, const Json& value) {
    const auto& lost = target_ == ExportTarget::kyverno ? row.kyverno : row.policy_controller;
    if (lost.text.empty() || row.harmless(value)) return;
    const auto known = [&](const ExportNote& note) { return note.key == row.key; };
    if (std::ranges::any_of(out_, known)) return;
    out_.push_back(
        {.key = std::string(row.key), .effect = lost.effect, .text = std::string(lost.text)});
  }

  ExportTarget target_;
  std::vector<ExportNote>& out_;
};

}  // namespace

std::vector<ExportNote> export_notes(const Json& document, ExportTarget target) {
  std::vector<ExportNote> out;
  // mpk itself judges there, by the whole of it.
  if (target != ExportTarget::gatekeeper) Notes(target, out).walk(document, "");
  return out;
}

bool export_knows(std::string_view key) {
  const auto said = plain(key);
  for (auto part = said; !part.empty();) {
    const auto* row = find_in(kRows, part);
    if (row != nullptr && (part == said || (part != "rules" && is_told_as_a_whole(*row))))
      return true;
    const auto dot = part.rfind('.');
    part = dot == std::string_view::npos ? std::string_view() : part.substr(0, dot);
  }
  // A section has no meaning of its own where each of its keys has one.
  return std::ranges::any_of(
      kRows, [&](const Row& row) { return row.key.starts_with(std::string(said) + "."); });
}

}  // namespace mpk::policy
