// What people declare about a model beside its files: training, evaluations, the base's aiBOM.
#pragma once

#include "aibom/base_bom.hpp"
#include "model/evaluation.hpp"
#include "model/training.hpp"

#include <optional>
#include <vector>

namespace mpk::flow {

struct Declared {
  std::optional<model::TrainingFile> training;
  std::vector<model::EvaluationReport> evaluations;
  std::optional<aibom::BaseBom> base_aibom;
};

/// Into the facts, after they were read from the bytes and before the document is built; also
/// compares licences along the pedigree. The artifact's own bytes do not depend on it.
void declare(const Declared& declared, model::ModelInfo& info);

}  // namespace mpk::flow
