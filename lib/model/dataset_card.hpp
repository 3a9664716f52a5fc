// Datasets that lie beside a model: their cards (hub-docs, datasetcard.md) and Croissant files.
#pragma once

#include "model/head.hpp"
#include "model/info.hpp"
#include "model/weights.hpp"

namespace mpk::model {

/// README.md files below the top that are dataset cards (in a folder below "datasets", or with
/// front matter that only such cards have) and croissant.json files. A dataset that the model names
/// by the same last word is the same one. Trouble becomes a finding.
void read_dataset_cards(const Heads& heads, ModelInfo& info);

/// One card; nothing happens when it is none.
void read_dataset_card(const FileHead& card, ModelInfo& info);
/// Croissant 1.0 and 1.1: name, description, license, url, version, distribution, rai:*.
void read_croissant(const FileHead& file, ModelInfo& info);

/// The dataset that the model's card means by `name`: itself, or the only one whose last word it
/// is; else `name`.
std::string dataset_name(const ModelInfo& info, std::string_view name);

}  // namespace mpk::model
