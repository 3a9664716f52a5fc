// The grammars, each compiled on first use: who needs one does not wait for the other.
#include "aibom/grammar.hpp"

#include "json/parse.hpp"

#include <nlohmann/json.hpp>

#include <set>
#include <string>

namespace mpk::aibom {
namespace {

const Result<Json>& schema_document() {
  static const Result<Json> document = json::parse(embedded_schema());
  return document;
}

Result<Json> document_of(SpecVersion version) {
  if (version == SpecVersion::v1_6) return schema_document();
  Json out = TRY(Result<Json>(schema_document()));
  out.merge_patch(TRY(json::parse(embedded_patch())));
  return out;
}

Result<json::Schema> compile(SpecVersion version) {
  auto document = document_of(version);
  if (!document) return std::move(document).error().with_kind(ErrorKind::internal);
  auto schema = json::Schema::compile(*document);
  if (!schema) return std::move(schema).error().with_kind(ErrorKind::internal);
  return schema;
}

Json definition(const char* name) {
  const auto& document = schema_document();
  if (!document || !document->contains("definitions")) return Json::object();
  return document->at("definitions").value(name, Json::object());
}

std::set<std::string, std::less<>> spdx_ids() {
  std::set<std::string, std::less<>> out;
  for (const auto& id : definition("spdxLicenseId").value("enum", Json::array())) {
    if (id.is_string()) out.insert(id.get<std::string>());
  }
  return out;
}

}  // namespace

const Result<json::Schema>& grammar(SpecVersion version) {
  constexpr const char* kWhat = "embedded CycloneDX schema";
  if (version == SpecVersion::v1_7) {
    static const Result<json::Schema> newer = compile(SpecVersion::v1_7).with(kWhat);
    return newer;
  }
  static const Result<json::Schema> schema = compile(SpecVersion::v1_6).with(kWhat);
  return schema;
}

bool is_spdx_license(std::string_view id) {
  static const auto kIds = spdx_ids();
  return kIds.contains(id);
}

bool is_iri(std::string_view text) {
  static const Result<json::Schema> kIri = json::Schema::compile(definition("iri"));
  return kIri && kIri->validate(Json(std::string(text)), 1).empty();
}

bool is_mailbox(std::string_view text) {
  static const auto kMailbox = json::Schema::compile({{"format", "idn-email"}});
  return kMailbox && kMailbox->validate(Json(std::string(text)), 1).empty();
}

}  // namespace mpk::aibom
