// Numbers and equality as JSON Schema means them: by mathematical value (1 equals 1.0). Internal.
#pragma once

#include "json/value.hpp"

#include <cstdint>
#include <string>

namespace mpk::json::draft7 {

/// A finite number exactly as its shortest text says: sign · mantissa · 10^exponent.
struct Number {
  long double value = 0;  // holds every 64-bit integer and double on the platforms we build for
  std::uint64_t mantissa = 0;
  int exponent = 0;
  std::string text;
};

/// `value` must be a number.
Number to_number(const Json& value);
bool is_integral(const Json& value);
/// In decimals, as people write them: 0.3 is a multiple of 0.1. `divisor` is not zero.
bool is_multiple(const Number& number, const Number& divisor);

/// Equal values have equal keys, and only they. Linear.
std::string equality_key(const Json& value);

}  // namespace mpk::json::draft7
