// Policy files: what a SLSA provenance must say.
#include "policy/reader.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace mpk::policy {
namespace {

constexpr unsigned kMostLevel = 3;  // slsa.dev/spec/v1.2: the build track

// A matcher whose exact form is a URI.
Result<sigstore::Matcher> uri_matcher(const Reader& in, const json::Field& entry, const char* exact,
                                      const char* pattern) {
  auto out = TRY(in.matcher(entry, exact, pattern));
  if (!out.pattern) TRY(in.uri(TRY(in.located(entry.at(exact)))));
  return out;
}

Result<std::vector<Builder>> builders(const Reader& in, const json::Field& field) {
  std::vector<Builder> out;
  std::set<std::pair<std::string, bool>> seen;
  for (const auto& entry : TRY(in.list(field, "builders"))) {
    TRY(in.known(entry, {"id", "idPattern", "level", "isSigner"}));
    Builder builder{.id = TRY(uri_matcher(in, entry, "id", "idPattern"))};
    if (!seen.emplace(builder.id.text, builder.id.pattern.has_value()).second)
      return in.at(entry, "the builder is there twice");
    const auto level = TRY(in.whole_number(entry, "level", 0, kMostLevel));
    builder.level = static_cast<unsigned>(level.value_or(0));
    builder.is_signer = TRY(in.boolean(entry, "isSigner", false));
    out.push_back(std::move(builder));
  }
  if (out.empty()) {
    return in.at(field, "no builders: provenance must say whose builds count")
        .with_hint("builders: [{id: https://…, level: 3}]");
  }
  return out;
}

// RFC 6901 §3: '~' stands before 0 or 1 only.
bool is_pointer(std::string_view name) {
  for (auto at = name.find('~'); at != std::string_view::npos; at = name.find('~', at + 1)) {
    if (at + 1 == name.size() || (name[at + 1] != '0' && name[at + 1] != '1')) return false;
  }
  return true;
}

Result<ExpectedParameter> parameter(const Reader& in, const json::Field& entry) {
  TRY(in.known(entry, {"name", "value", "pattern", "any"}));
  const auto name = TRY(in.located(entry.at("name")));
  ExpectedParameter out{.name = TRY(in.text(name))};
  if (out.name.starts_with('/') && !is_pointer(out.name))
    return in.at(name, "name is no JSON Pointer: ~ is written as ~0");
  if (const auto value = TRY(in.located(entry.find("value")))) out.value = value->value();
  if (const auto pattern = TRY(in.located(entry.find("pattern")))) {
    out.pattern = TRY(in.regex(*pattern));
    out.pattern_text = out.pattern->pattern();
  }
  out.any = TRY(in.boolean(entry, "any", false));
  if (int{out.value.has_value()} + int{out.pattern.has_value()} + int{out.any} != 1)
    return in.at(entry, "expected one of value, pattern and any: true");
  return out;
}

Result<std::vector<ExpectedParameter>> parameters(const Reader& in, const json::Field& field) {
  std::vector<ExpectedParameter> out;
  std::set<std::string> names;
  for (const auto& entry : TRY(in.list(field, "externalParameters", Reader::Empty::allowed))) {
    out.push_back(TRY(parameter(in, entry)));
    if (!names.insert(out.back().name).second) return in.at(entry, "the name is there twice");
  }
  return out;
}

}  // namespace

Result<std::optional<ProvenanceRule>> read_provenance(const Reader& in, const json::Field& parent,
                                                      const OwnSigners& own) {
  const auto field =
      TRY(in.section(parent, "provenance",
                     {"required", "signers", "threshold", "builders", "level", "sources",
                      "buildTypes", "externalParameters", "dependencies", "maxAge"}));
  if (!field) return std::optional<ProvenanceRule>();
  ProvenanceRule out;
  out.required = TRY(in.boolean(*field, "required", true));
  out.signed_by = TRY(read_signed_by(in, *field, own));
  out.builders = TRY(builders(in, *field));
  out.level =
      static_cast<unsigned>(TRY(in.whole_number(*field, "level", 0, kMostLevel)).value_or(0));
  const auto best = std::ranges::max(out.builders, {}, &Builder::level).level;
  if (out.level > best) {
    return in
        .at(TRY(in.located(field->at("level"))), "level is " + std::to_string(out.level) +
                                                     ", and no builder is trusted above " +
                                                     std::to_string(best))
        .with_hint("a builder's own level says how far it is trusted; default: 0");
  }
  for (const auto& entry : TRY(in.list(*field, "sources"))) {
    TRY(in.known(entry, {"uri", "uriPattern"}));
    out.sources.push_back(TRY(uri_matcher(in, entry, "uri", "uriPattern")));
  }
  for (const auto& entry : TRY(in.list(*field, "buildTypes")))
    out.build_types.push_back(TRY(in.uri(entry)));
  if (TRY(in.located(field->find("externalParameters"))))
    out.external_parameters = TRY(parameters(in, *field));
  if (const auto each = TRY(in.section(*field, "dependencies", {"allow", "deny", "digests"}))) {
    TRY(in.apart(*each));
    out.dependencies_allowed = TRY(in.globs(*each, "allow"));
    out.dependencies_denied = TRY(in.globs(*each, "deny", Reader::Empty::allowed));
    out.dependencies_need_digests = TRY(in.boolean(*each, "digests", false));
  }
  out.max_age = TRY(in.duration(*field, "maxAge"));
  return std::optional(std::move(out));
}

}  // namespace mpk::policy
