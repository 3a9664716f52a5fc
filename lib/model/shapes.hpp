// What the names and shapes of tensors prove.
#pragma once

#include "model/info.hpp"
#include "model/tensor.hpp"
#include "model/weights.hpp"

#include <vector>

namespace mpk::model {

/// Facts of `info` that the tensors confirm become verified, the ones that they refute become
/// findings, and what nobody declared is added. Tensors whose names follow no known scheme prove
/// nothing.
void check_shapes(const Weights& weights, ModelInfo& info);

/// One number that tensors of `source` prove: the fact becomes verified or, with another value, a
/// finding (hyperparameter-contradicts); it is added when nobody declared it.
void prove_number(std::string_view name, std::uint64_t found, const std::string& source,
                  ModelInfo& info);

}  // namespace mpk::model
