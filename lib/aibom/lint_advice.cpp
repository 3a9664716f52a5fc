// Warnings: legal, but empty, misplaced or ambiguous.
#include "aibom/grammar.hpp"
#include "aibom/lint.hpp"
#include "aibom/lookup.hpp"
#include "aibom/purl.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace mpk::aibom {
namespace {

constexpr std::string_view kModelType = "machine-learning-model";

void advise_component(const Spot& spot, Findings& out) {
  const auto& component = spot.value;
  const auto& type = text(component, "type");
  if (!component.contains("name") || type.empty()) return;
  if (component.contains("modelCard") && type != kModelType) {
    out.warning("model-card-misplaced", spot.pointer + "/modelCard",
                "a " + printable(type, 40) + " has no model card");
  }
  if (component.contains("data") && type != "data") {
    out.warning("data-misplaced", spot.pointer + "/data",
                "a " + printable(type, 40) + " has no data, a component of type data has");
  }
  const auto& purl = text(component, "purl");
  if (purl.empty()) return;
  if (!purl.starts_with("pkg:")) {
    out.warning("purl", spot.pointer + "/purl", "a package URL starts with pkg:");
  } else if (purl.starts_with("pkg:huggingface/")) {
    auto plain = std::string_view(purl).substr(0, purl.find_first_of("?#"));
    auto at = plain.rfind('@');
    if (at != std::string_view::npos && !is_commit(plain.substr(at + 1))) {
      out.warning("purl-version", spot.pointer + "/purl",
                  "the version of a huggingface purl is a commit of 40 digits");
    }
  }
}

// SPDX deprecated these ids because they leave open whether later versions apply.
bool is_ambiguous_license(std::string_view id) {
  constexpr std::array<std::string_view, 4> kFamilies = {"GPL-", "LGPL-", "AGPL-", "GFDL-"};
  return std::any_of(kFamilies.begin(), kFamilies.end(),
                     [&](auto family) { return id.starts_with(family); }) &&
         (id.back() == '+' || (id.back() >= '0' && id.back() <= '9'));
}

void advise_value(const Spot& spot, Findings& out) {
  const auto& value = spot.value;
  if (spot.key == "energyProviders" && value.is_array() && value.empty())
    out.warning("empty-energy-providers", spot.pointer, "energy without anybody who provides it");
  if (spot.key == "email" && value.is_string() && !is_mailbox(text(value)))
    out.warning("email", spot.pointer, printable(text(value), 100) + " is no e-mail address");
  if (!value.is_object()) return;
  if (spot.key == "performanceMetrics" &&
      (text(value, "type").empty() || text(value, "value").empty()))
    out.warning("metric-incomplete", spot.pointer, "a metric needs a type and a value");
  if ((spot.key == "ethicalConsiderations" || spot.key == "fairnessAssessments") && value.empty())
    out.warning("empty-entry", spot.pointer, "an entry that says nothing");
  if (spot.key == "externalReferences" && text(value, "url").starts_with("pkg:"))
    out.warning("reference-is-purl", spot.pointer + "/url", "a package URL leads to no document");
  if (spot.key == "license" && is_ambiguous_license(text(value, "id"))) {
    out.warning("license-ambiguous", spot.pointer + "/id",
                printable(text(value, "id"), 40) + " is deprecated: -only or -or-later is unknown");
  }
  if (spot.key == "component" || spot.key == "components" || spot.key == "ancestors")
    advise_component(spot, out);
}

void advise_document(const Json& bom, Findings& out) {
  const auto& metadata = member(bom, "metadata");
  const auto& component = member(metadata, "component");
  if (component.is_null())
    out.warning("no-subject", "", "metadata.component is missing: what is this about?");
  if (text(component, "type") == kModelType && text(component, "version").empty() &&
      text(component, "purl").empty() && items(member(component, "hashes")).empty()) {
    out.warning("model-without-version", "/metadata/component",
                "a model without version, purl and hash can't be told from another one");
  }
  if (text(bom, "serialNumber").empty()) {
    out.warning("no-serial-number", "",
                "without a serialNumber nothing can refer to this document");
  }
  if (property(metadata, "cdx:reproducible") == "true" && metadata.contains("timestamp")) {
    out.warning("timestamp-not-reproducible", "/metadata/timestamp",
                "cdx:reproducible promises a document without a time");
  }
}

}  // namespace

void lint_advice(const Json& bom, Findings& out) {
  advise_document(bom, out);
  walk(bom, [&](const Spot& spot) { advise_value(spot, out); });
}

}  // namespace mpk::aibom
