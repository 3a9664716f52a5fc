// RFC 8785 (JSON Canonicalization Scheme).
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"

#include <string>

namespace mpk::json {

/// Keys by UTF-16 code units, ECMAScript numbers, no white space. malformed: NaN, infinity, invalid
/// UTF-8, or an integer beyond ±2^53 that a double would print as another number.
Result<std::string> canonical(const Json& value);

}  // namespace mpk::json
