// citations: the move from properties to citations[], and back.
#include "aibom/citations.hpp"

#include "aibom/draft.hpp"
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/spec_version.hpp"
#include "model/info.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace mpk::aibom {
namespace {

using Pointers = std::vector<std::string>;

std::string own_pointer(std::size_t index) {
  return std::string(kModelPointer) + "/properties/" + std::to_string(index);
}

/// The model's properties without those that tell tiers. An item that moves up is still found.
struct Split {
  explicit Split(const Json& properties) {
    const auto prefix = own(kProvenance);
    std::map<std::string, std::string> moved;
    std::vector<std::pair<std::string, std::string>> tiers;  // pointer, value
    std::size_t index = 0;
    for (const auto& each : items(properties)) {
      const auto& name = text(each, "name");
      if (name.starts_with(prefix)) {
        tiers.emplace_back(name.substr(prefix.size()), text(each, "value"));
      } else {
        moved.emplace(own_pointer(index), own_pointer(kept.size()));
        kept.push_back(each);
      }
      ++index;
    }
    for (auto& [pointer, value] : tiers) {
      const auto found = moved.find(pointer);
      told[value].push_back(found == moved.end() ? pointer : found->second);
    }
  }

  std::vector<Json> kept;
  std::map<std::string, Pointers> told;  // by the property's value
};

/// The bom-ref of the file that `value` names as its source; empty: none, or not in the document.
std::string declaring_file(const std::map<std::string, std::string>& files,
                           const std::string& value) {
  const auto cut = value.find(kTierSource);
  if (cut == std::string::npos || value.substr(0, cut) != to_string(model::Tier::declared))
    return {};
  const auto found = files.find(value.substr(cut + kTierSource.size()));
  return found == files.end() ? std::string() : found->second;
}

std::map<std::string, std::string> file_refs(const Json& component) {
  std::map<std::string, std::string> out;
  each_component(member(component, "components"), [&](const Json& each) {
    if (text(each, "type") == "file") out.emplace(text(each, "name"), text(each, "bom-ref"));
  });
  return out;
}

}  // namespace

void tiers_to_citations(Json& bom) {
  const auto& metadata = member(bom, "metadata");
  const auto& timestamp = text(metadata, "timestamp");
  const auto& tools = items(member(member(metadata, "tools"), "components"));
  const auto tool = tools.empty() ? std::string() : text(tools.front(), "bom-ref");
  const auto& component = member(metadata, "component");
  if (text(bom, "specVersion") != to_string(SpecVersion::v1_7) || timestamp.empty() || tool.empty())
    return;
  Split split(member(component, "properties"));
  if (split.told.empty()) return;
  const auto files = file_refs(component);
  auto citations = items(member(bom, "citations"));
  for (auto& [value, pointers] : split.told) {
    const auto file = declaring_file(files, value);
    citations.push_back({{"timestamp", timestamp},
                         {"pointers", std::move(pointers)},
                         {"attributedTo", file.empty() ? tool : file},
                         {"note", std::string(kCitationNote) + value}});
  }
  auto& model = bom["metadata"]["component"];
  if (split.kept.empty()) {
    model.erase("properties");
  } else {
    model["properties"] = std::move(split.kept);
  }
  bom["citations"] = std::move(citations);
}

void citations_to_tiers(Json& bom) {
  std::vector<Json> others;
  auto properties = items(member(member(member(bom, "metadata"), "component"), "properties"));
  const auto before = properties.size();
  for (const auto& citation : items(member(bom, "citations"))) {
    const auto& note = text(citation, "note");
    if (!note.starts_with(kCitationNote)) {
      others.push_back(citation);
      continue;
    }
    for (const auto& pointer : items(member(citation, "pointers"))) {
      properties.push_back({{"name", own(kProvenance) + text(pointer)},
                            {"value", note.substr(kCitationNote.size())}});
    }
  }
  if (properties.size() == before) return;
  bom["metadata"]["component"]["properties"] = std::move(properties);
  if (others.empty()) {
    bom.erase("citations");
  } else {
    bom["citations"] = std::move(others);
  }
}

}  // namespace mpk::aibom
