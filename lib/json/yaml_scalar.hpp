// YAML 1.2 core schema: what an unquoted scalar means.
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"

#include <string_view>

namespace mpk::json {

/// YAML 1.2.2 §10.3.2. malformed: infinity, not-a-number, and numbers that would lose digits (an
/// integer over 64 bits, a float over the range of a double): JSON cannot say them.
Result<Json> resolve_plain_scalar(std::string_view text);

}  // namespace mpk::json
