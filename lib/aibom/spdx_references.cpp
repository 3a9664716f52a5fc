// externalReferences and properties of an element (Core/ExternalRef, Extension).
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/spdx_draft.hpp"
#include "base/url.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace mpk::aibom::spdx {
namespace {

// Names that differ; a type without a row is "other", and its comment says which it was.
constexpr auto kTypes = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"adversary-model", "securityAdversaryModel"},
    {"advisories", "securityAdvisory"},
    {"build-meta", "buildMeta"},
    {"build-system", "buildSystem"},
    {"certification-report", "certificationReport"},
    {"chat", "chat"},
    {"component-analysis-report", "componentAnalysisReport"},
    {"distribution", "altDownloadLocation"},
    {"documentation", "documentation"},
    {"dynamic-analysis-report", "dynamicAnalysisReport"},
    {"exploitability-statement", "vulnerabilityExploitabilityAssessment"},
    {"issue-tracker", "issueTracker"},
    {"license", "license"},
    {"mailing-list", "mailingList"},
    {"model-card", "documentation"},
    {"pentest-report", "securityPenTestReport"},
    {"quality-metrics", "metrics"},
    {"release-notes", "releaseNotes"},
    {"rfc-9116", "securityPolicy"},
    {"risk-assessment", "riskAssessment"},
    {"runtime-analysis-report", "runtimeAnalysisReport"},
    {"security-contact", "securityOther"},
    {"social", "socialMedia"},
    {"source-distribution", "sourceArtifact"},
    {"static-analysis-report", "staticAnalysisReport"},
    {"support", "support"},
    {"threat-model", "securityThreatModel"},
    {"vcs", "vcs"},
    {"vulnerability-assertion", "vulnerabilityDisclosureReport"},
    {"website", "altWebPage"},
});

bool is_package(const Json& element) { return text(element, "type").ends_with("Package"); }

// The element of this very document that a BOM-Link leads to; "" when it is none.
std::string linked(const Draft& draft, const std::string& url) {
  const auto prefix = draft.bom_link + "#";
  if (!url.starts_with(prefix)) return {};
  const auto ref = percent_decode(std::string_view(url).substr(prefix.size()));
  if (!ref) return {};
  const auto found = draft.refs.find(*ref);
  return found == draft.refs.end() ? std::string() : found->second;
}

bool is_documentation(const std::string& type) {
  return type == "model-card" || type == "documentation";
}

// A package has one place for each of these; what comes later stays a reference.
bool is_own_member(const std::string& type, const std::string& url, Json& element) {
  const auto* key = type == "distribution" ? "software_downloadLocation"
                    : type == "website"    ? "software_homePage"
                                           : nullptr;
  if (key == nullptr || !is_package(element) || element.contains(key) || !is_uri(url)) return false;
  element[key] = url;
  return true;
}

Json external_ref(const std::string& type, const std::string& url, const std::string& comment) {
  const auto* found = std::ranges::find(kTypes, type, [](const auto& row) { return row.first; });
  Json out = Json::object();
  out["type"] = "ExternalRef";
  out["externalRefType"] = found == kTypes.end() ? "other" : found->second;
  out["locator"] = Json::array({url});
  auto note = found == kTypes.end() && type != "other" ? "CycloneDX type: " + type : std::string();
  if (!comment.empty()) note += (note.empty() ? "" : "; ") + comment;
  set_text(out, "comment", note);
  return out;
}

bool is_noted_elsewhere(const std::string& name) {
  return name.starts_with(own(kProvenance)) || name == own(kFinding);
}

}  // namespace

void add_references(Draft& draft, const Json& part, Json& element) {
  auto& source = draft.source;
  for (const auto& each : items(member(part, "externalReferences"))) {
    const auto& type = source.take(each, "type");
    const auto& url = source.take(each, "url");
    const auto& comment = text(each, "comment");
    if (const auto to = linked(draft, url); !to.empty() && is_documentation(type)) {
      draft.graph.relate("hasDocumentation", id_of(element), to);
      continue;
    }
    if (comment.empty() && is_own_member(type, url, element)) continue;
    source.use(member(each, "comment"));
    append(element, "externalRef", external_ref(type, url, comment));
  }
}

void add_properties(Draft& draft, const Json& part, Json& element) {
  for (const auto& each : items(member(part, "properties"))) {
    const auto& name = text(each, "name");
    if (name.empty() || is_noted_elsewhere(name)) continue;
    draft.source.use(each);
    Json entry = Json::object();
    entry["type"] = "extension_CdxPropertyEntry";
    entry["extension_cdxPropName"] = name;
    set_text(entry, "extension_cdxPropValue", text(each, "value"));
    auto& list = element["extension"];
    if (list.is_null()) {
      Json extension = Json::object();
      extension["type"] = "extension_CdxPropertiesExtension";
      list = Json::array();
      list.push_back(std::move(extension));
    }
    append(list[0], "extension_cdxProperty", std::move(entry));
  }
}

}  // namespace mpk::aibom::spdx
