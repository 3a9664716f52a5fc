// A training file (docs/training.md): the run, what it started from and what it read.
#pragma once

#include "base/result.hpp"
#include "model/info.hpp"

#include <string_view>
#include <vector>

namespace mpk::model {

struct TrainingFile {
  TrainingRun run;
  std::vector<BaseModel> base_models;
  std::vector<Dataset> datasets;
};

/// YAML or JSON; `file` is for messages, its last part is the source of all facts. usage, with
/// file:line:column: not of the form of schemas/aibom/training.schema.json; a run that ends before
/// it starts; a name that is there twice.
Result<TrainingFile> parse_training(std::string_view text, std::string_view file);

/// Base models and datasets join those that the files of the model name; what contradicts them is
/// a finding (base-model-contradicts). check_lineage() comes after.
void add_training(const TrainingFile& training, ModelInfo& info);

/// A new value where nothing is said yet; another one is a finding.
void merge_base_model(ModelInfo& info, BaseModel base);
/// The dataset of this name filled up, or a new one.
void merge_dataset(ModelInfo& info, Dataset dataset);

}  // namespace mpk::model
