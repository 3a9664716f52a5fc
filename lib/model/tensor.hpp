// Tensor: name, type and shape of one tensor as a weight file's header lists it.
#pragma once

#include "base/result.hpp"
#include "model/info.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::model {

struct Tensor {
  std::string name;
  std::string dtype;  // as the format spells it
  std::vector<std::uint64_t>
      shape;  // slowest dimension first (GGUF lists them the other way round)
  std::optional<std::uint64_t> bytes;  // of its data; nullopt: the type's size is not known
};

/// The product of `shape`, 1 for a scalar. malformed: it does not fit 64 bits.
Result<std::uint64_t> element_count(std::span<const std::uint64_t> shape);
/// Counts one tensor of `elements`. malformed: the sum does not fit 64 bits.
Result<void> count_tensor(TensorFacts& facts, std::string_view dtype, std::uint64_t elements);

}  // namespace mpk::model
