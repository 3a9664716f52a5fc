// Meta's tensor-parallel checkpoints (consolidated.00.pth, …): how large the model is that they are
// slices of.
#pragma once

#include "json/value.hpp"
#include "model/tensor.hpp"

#include <optional>
#include <span>
#include <vector>

namespace mpk::model {

/// `parts`: the tensors of each file; `params`: params.json, or null. Matrices are summed, what
/// each part has whole (norms, rope.freqs; key and value heads where there are fewer heads than
/// parts) counts once. nullopt: the parts are not alike, a name is not one of Llama's, or the
/// shapes (for grouped heads with n_heads and n_kv_heads) do not tell how a tensor is split.
std::optional<TensorFacts> sum_llama_parts(std::span<const std::vector<Tensor>* const> parts,
                                           const Json* params);

}  // namespace mpk::model
