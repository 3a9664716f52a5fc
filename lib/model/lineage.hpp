// Lineage: what a model was made from, compared with what it says of itself.
#pragma once

#include "model/info.hpp"

#include <vector>

namespace mpk::model {

/// The base models as a document lists them: sorted by name, revision, relation and source, each
/// (name, revision) once.
std::vector<BaseModel> ordered_base_models(const ModelInfo& info);

/// Findings: base-not-pinned for a revision that is no commit, and license-incompatible for a
/// licence of a base model or dataset that the model's own licence can't follow (docs/training.md
/// says what is compared; nothing is said where the rules do not know a licence). Sorts the
/// findings again.
void check_lineage(ModelInfo& info);

}  // namespace mpk::model
