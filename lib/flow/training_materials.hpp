// What a training file declares, as SLSA provenance names it.
#pragma once

#include "attest/slsa_provenance.hpp"
#include "model/training.hpp"

namespace mpk::flow {

/// Base models and datasets are dependencies, byproducts are byproducts; each kind sorted by name.
/// annotations.role is "base-model", "dataset" or the kind of byproduct; a base model's relation
/// and a dataset's uses stand beside it. What has neither address nor digest is left out: in-toto
/// takes no such descriptor.
attest::Materials training_materials(const model::TrainingFile& training);

}  // namespace mpk::flow
