// What stands in a field and says nothing: "TODO", "n/a", an empty list. Internal to aibom/.
#pragma once

#include "json/value.hpp"

#include <string_view>

namespace mpk::aibom {

/// Empty, one of the words people leave in templates, or nothing but punctuation.
bool is_placeholder(std::string_view text);
/// Whether a value holds at least one thing that is no placeholder. Types, algorithms and refs
/// inside an object say nothing by themselves.
bool says_something(const Json& value);

}  // namespace mpk::aibom
