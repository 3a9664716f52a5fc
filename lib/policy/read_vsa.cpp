// Policy files: what stands in place of a check, or above all of them: summaries, waivers, denials.
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "policy/reader.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace mpk::policy {
namespace {

// slsa.dev/spec/v1.2: the levels of its tracks. Other names are free, but SLSA_ is its own.
const std::vector<std::string>& slsa_levels() {
  static const std::vector<std::string> kWords = {
      "SLSA_BUILD_LEVEL_0",  "SLSA_BUILD_LEVEL_1",  "SLSA_BUILD_LEVEL_2",  "SLSA_BUILD_LEVEL_3",
      "SLSA_SOURCE_LEVEL_1", "SLSA_SOURCE_LEVEL_2", "SLSA_SOURCE_LEVEL_3", "SLSA_SOURCE_LEVEL_4"};
  return kWords;
}

Result<std::vector<std::string>> levels(const Reader& in, const json::Field& field) {
  std::vector<std::string> out;
  for (const auto& entry : TRY(in.list(field, "levels"))) {
    auto level = TRY(in.text(entry));
    const auto near = nearest(level, slsa_levels());
    const bool own = near.empty() && !level.starts_with("SLSA_");
    if (!own) level = TRY(in.word(entry, "level of SLSA", slsa_levels()));
    out.push_back(std::move(level));
  }
  return out;
}

Result<Digest> digest(const Reader& in, const json::Field& field) {
  auto read = Digest::parse(TRY(in.text(field)));
  if (!read) return in.at(field, read.error());
  return read;
}

Result<std::vector<VsaRule::Verifier>> verifiers(const Reader& in, const json::Field& field,
                                                 const OwnSigners& own) {
  std::vector<VsaRule::Verifier> out;
  std::set<std::string> seen;
  for (const auto& entry : TRY(in.list(field, "verifiers"))) {
    TRY(in.known(entry, {"id", "signers", "threshold"}));
    VsaRule::Verifier verifier;
    verifier.id = TRY(in.uri(TRY(in.located(entry.at("id")))));
    verifier.signed_by = TRY(read_signed_by(in, entry, own));
    if (!seen.insert(verifier.id).second) return in.at(entry, "the verifier is there twice");
    out.push_back(std::move(verifier));
  }
  if (out.empty()) return in.at(field, "no verifiers: vsa must say whose summaries count");
  return out;
}

// "license-denied": what checks say, in lower case.
bool is_code(std::string_view word) {
  const auto parts = split(word, '-');
  return std::ranges::all_of(parts, [](std::string_view part) {
    return !part.empty() &&
           std::ranges::all_of(part, [](char c) { return is_lower(c) || is_digit(c); });
  });
}

}  // namespace

Result<std::optional<VsaRule>> read_vsa(const Reader& in, const json::Field& parent,
                                        const OwnSigners& own) {
  const auto field =
      TRY(in.section(parent, "vsa", {"verifiers", "levels", "policies", "maxAge", "required"}));
  if (!field) return std::optional<VsaRule>();
  VsaRule out;
  out.verifiers = TRY(verifiers(in, *field, own));
  out.levels = TRY(levels(in, *field));
  for (const auto& entry : TRY(in.list(*field, "policies")))
    out.policies.push_back(TRY(digest(in, entry)));
  out.max_age = TRY(in.duration(*field, "maxAge"));
  out.required = TRY(in.located(field->optional_boolean("required"))).value_or(false);
  return std::optional(std::move(out));
}

Result<std::optional<WaiverRule>> read_waivers(const Reader& in, const json::Field& parent) {
  const auto field =
      TRY(in.section(parent, "waivers", {"signers", "threshold", "codes", "maxAge"}));
  if (!field) return std::optional<WaiverRule>();
  WaiverRule out;
  out.signed_by.signers = TRY(read_signers(in, *field));
  if (out.signed_by.signers.empty())
    return in.at(*field, "no signers: waivers must say who may sign them");
  out.signed_by.threshold = TRY(read_threshold(in, *field, out.signed_by.signers.size(), 1));
  for (const auto& entry : TRY(in.list(*field, "codes"))) {
    auto code = TRY(in.text(entry));
    if (!is_code(code)) {
      return in.at(entry, "\"" + printable(code, 100) + "\" is no code of a check")
          .with_hint("for example license-denied: docs/checks.md has them all");
    }
    out.codes.push_back(std::move(code));
  }
  if (out.codes.empty()) return in.at(*field, "no codes: waivers must say what may be waived");
  out.max_age = TRY(in.duration(*field, "maxAge")).value_or(0);
  return std::optional(std::move(out));
}

Result<std::vector<Denied>> read_denied(const Reader& in, const json::Field& root) {
  std::vector<Denied> out;
  std::set<Digest> seen;
  for (const auto& entry : TRY(in.list(root, "deny", Reader::Empty::allowed))) {
    TRY(in.known(entry, {"digest", "reason"}));
    auto named = TRY(digest(in, TRY(in.located(entry.at("digest")))));
    auto reason = TRY(in.text(TRY(in.located(entry.at("reason")))));
    Denied denied{.digest = std::move(named), .reason = std::move(reason)};
    if (!seen.insert(denied.digest).second) return in.at(entry, "the digest is there twice");
    out.push_back(std::move(denied));
  }
  return out;
}

}  // namespace mpk::policy
