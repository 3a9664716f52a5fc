// Strict JSON (RFC 8259): duplicate keys, depth, size and UTF-8 are checked while parsing.
#pragma once

#include "base/limits.hpp"
#include "base/result.hpp"
#include "json/value.hpp"

#include <cstddef>
#include <string_view>

namespace mpk::json {

struct ParseOptions {
  std::size_t max_depth = limits::kJsonDepth;
  std::size_t max_bytes = limits::kJsonDocument;
  std::size_t max_values = limits::kJsonValues;
};

/// malformed: syntax (with line:column), a duplicate key (named), invalid UTF-8, a byte order mark,
/// a lone surrogate, a number that does not fit a double, trailing bytes; too_large: size, depth or
/// number of values. Linear time.
Result<Json> parse(std::string_view text, const ParseOptions& options = {});

}  // namespace mpk::json
