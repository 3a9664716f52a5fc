// A dataset (Dataset/DatasetPackage).
#include "aibom/lookup.hpp"
#include "aibom/spdx_draft.hpp"
#include "aibom/spdx_words.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace mpk::aibom::spdx {
namespace {

// Words of the Traffic Light Protocol, which the levels of SPDX are; another classification is no
// level that could be guessed.
std::string confidentiality(std::string_view classification) {
  constexpr std::string_view kPrefix = "tlp:";
  auto word = lower_ascii(trim(classification));
  if (word.starts_with(kPrefix)) word.erase(0, kPrefix.size());
  if (word == "public") return "clear";
  constexpr auto kLevels = std::to_array<std::string_view>({"clear", "green", "amber", "red"});
  return std::ranges::find(kLevels, word) == kLevels.end() ? "" : word;
}

void add_contents(Draft& draft, const Json& contents, Json& element) {
  const auto& url = text(contents, "url");
  if (is_uri(url) && !element.contains("software_downloadLocation"))
    element["software_downloadLocation"] = draft.source.take(contents, "url");
  add_properties(draft, contents, element);
}

void add_owners(Draft& draft, const Json& governance, Json& element) {
  for (const auto& owner : items(member(governance, "owners"))) {
    // The dataset profile allows one.
    if (element.contains("originatedBy")) return;
    auto id = organization(draft, member(owner, "organization"));
    if (id.empty()) id = person(draft, member(owner, "contact"));
    if (!id.empty()) append(element, "originatedBy", id);
  }
}

void fill_item(Draft& draft, const Json& each, Json& element) {
  auto& source = draft.source;
  source.use(member(each, "type"));
  if (text(each, "name") == text(element, "name")) source.use(member(each, "name"));
  if (!element.contains("description"))
    set_text(element, "description", source.take(each, "description"));
  if (const auto level = confidentiality(text(each, "classification"));
      !level.empty() && !element.contains("dataset_confidentialityLevel")) {
    source.use(member(each, "classification"));
    element["dataset_confidentialityLevel"] = level;
  }
  // Sensitive is not the same as personal: the words are kept, the verdict is left open.
  for (const auto& words : items(member(each, "sensitiveData"))) {
    source.use(words);
    element["dataset_hasSensitivePersonalInformation"] = "noAssertion";
    add_line(element, "comment", "sensitive data: " + text(words), text(words));
  }
  add_contents(draft, member(each, "contents"), element);
  add_owners(draft, member(each, "governance"), element);
}

}  // namespace

void fill_dataset(Draft& draft, const Json& data, Json& element) {
  element["dataset_datasetType"] = Json::array({"noAssertion"});
  for (const auto& each : items(data)) fill_item(draft, each, element);
}

void add_model_datasets(Draft& draft, const Json& component, const std::string& id,
                        const std::string& pointer) {
  auto& source = draft.source;
  const auto& list = member(member(member(component, "modelCard"), "modelParameters"), "datasets");
  std::size_t index = 0;
  for (const auto& each : items(list)) {
    const auto at = pointer + "/modelCard/modelParameters/datasets/" + std::to_string(index++);
    // By reference: when all components are there.
    if (each.contains("ref")) continue;
    const auto& ref = source.take(each, "bom-ref");
    auto& element = ref.empty() ? draft.graph.add("dataset_DatasetPackage", "at", at)
                                : draft.graph.add("dataset_DatasetPackage", "component", ref);
    const auto dataset = id_of(element);
    if (!ref.empty()) draft.refs.emplace(ref, dataset);
    source.owns(each, dataset);
    set_text(element, "name", text(each, "name"));
    element["software_primaryPurpose"] = "data";
    element["dataset_datasetType"] = Json::array({"noAssertion"});
    fill_item(draft, each, element);
    draft.datasets.emplace(text(each, "name"), dataset);
    add_licenses(draft, each, dataset, true);
    draft.graph.relate("trainedOn", id, dataset);
  }
}

}  // namespace mpk::aibom::spdx
