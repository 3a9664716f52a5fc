// Dataset cards in the folders of a model.
#include "model/dataset_card.hpp"

#include "base/text.hpp"
#include "model/collect.hpp"
#include "model/front_matter.hpp"
#include "model/license.hpp"
#include "model/names.hpp"
#include "model/training.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace mpk::model {
namespace {

// No model card has these (hub-docs, datasetcard.md).
constexpr auto kDatasetOnly =
    std::to_array<std::string_view>({"dataset_info", "size_categories", "task_categories",
                                     "source_datasets", "annotations_creators"});
// Taken as they are, under their own names.
constexpr auto kFacts =
    std::to_array<std::string_view>({"annotations_creators", "language", "pretty_name",
                                     "size_categories", "source_datasets", "task_categories"});

// "datasets/support/README.md" → "support".
std::string_view folder(std::string_view path) {
  auto above = directory(path);
  if (!above.empty()) above.remove_suffix(1);
  return base_name(above);
}

bool below_datasets(std::string_view path) {
  auto above = directory(path);
  above.remove_suffix(std::min(above.size(), folder(path).size() + 1));
  return above == "datasets/" || above.ends_with("/datasets/");
}

bool is_dataset_card(const Json& card, std::string_view path) {
  return below_datasets(path) ||
         std::any_of(kDatasetOnly.begin(), kDatasetOnly.end(),
                     [&](std::string_view key) { return card.contains(key); });
}

}  // namespace

std::string dataset_name(const ModelInfo& info, std::string_view name) {
  const Dataset* found = nullptr;
  for (const auto& known : info.datasets) {
    if (known.name == name) return known.name;
    if (!iequals_ascii(base_name(known.name), base_name(name))) continue;
    if (found != nullptr) return std::string(name);
    found = &known;
  }
  return found == nullptr ? std::string(name) : found->name;
}

void read_dataset_card(const FileHead& card, ModelInfo& info) {
  const auto parts = split_card(card.bytes);
  auto front = parts ? parse_front_matter(parts->front_matter, card.path) : Result<Json>(Json());
  if (!parts || !front) {
    // A broken card in some folder is no matter of the model, one of its datasets is.
    if (below_datasets(card.path)) {
      add_finding(info, Severity::low, "card-unreadable", card.path,
                  parts ? front.error().text() : parts.error().text(),
                  "correct the front matter: what it says is missing from the description");
    }
    return;
  }
  if (!front->is_object() || !is_dataset_card(*front, card.path)) return;
  Dataset out{.name = dataset_name(info, folder(card.path)), .source = card.path};
  for (const auto& license : string_or_list(*front, "license")) {
    out.licenses.push_back(license_from_huggingface(license, string_member(*front, "license_name"),
                                                    string_member(*front, "license_link"),
                                                    card.path));
  }
  for (const auto key : kFacts) {
    const auto words = string_or_list(*front, key);
    if (!words.empty())
      out.facts.push_back(
          {std::string(key), cut(join(words, ", "), kShortText), Tier::declared, card.path});
  }
  merge_dataset(info, std::move(out));
}

void read_dataset_cards(const Heads& heads, ModelInfo& info) {
  for (const auto& [path, head] : heads) {
    const bool at_top = path.find('/') == path.npos;
    if (is_card_name(path) && !at_top) read_dataset_card(*head, info);
    if (iequals_ascii(base_name(path), "croissant.json")) read_croissant(*head, info);
  }
}

}  // namespace mpk::model
