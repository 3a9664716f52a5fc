// info_diff: what two models say about themselves, compared fact by fact. Pure.
#pragma once

#include "model/info.hpp"
#include "model/tensor_diff.hpp"

#include <vector>

namespace mpk::model {

struct NamedFact {
  std::string name;  // "architecture", "parameters", "licences", …
  std::string value;
};

/// The facts that a person picks a model by, in a fixed order, then the hyperparameters by name;
/// those that nobody says are left out.
std::vector<NamedFact> facts_of(const ModelInfo& info);

/// The facts that differ, in the order of facts_of().
std::vector<TextChange> compare_info(const ModelInfo& before, const ModelInfo& after);

}  // namespace mpk::model
