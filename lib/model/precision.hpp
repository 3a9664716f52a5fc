// precision: tensor types in ModelPack's words (model-spec docs/config.md, "precision").
#pragma once

#include "model/info.hpp"

#include <string>
#include <string_view>

namespace mpk::model {

/// "BF16", "BFLOAT16" → "bfloat16"; empty for types that the enum lacks (quantised blocks, 4 bits).
std::string_view modelpack_precision(std::string_view dtype);
/// All of them by falling parameter count (then by name), joined by ',' without space.
std::string precision_of(const TensorFacts& facts);
/// The floating-point precision of most parameters; empty when there is none.
std::string_view main_float_precision(const TensorFacts& facts);

}  // namespace mpk::model
