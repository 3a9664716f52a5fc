// Tolerant reading of a value that nobody has checked: what is missing or of another type is empty.
#pragma once

#include "json/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::json {

/// The member, or null.
const Json& member(const Json& value, std::string_view key);
/// The items of an array, or none.
const std::vector<Json>& items(const Json& value);
const std::vector<Json>& items(const Json& value, std::string_view key);
/// The string, or "".
const std::string& text(const Json& value);
const std::string& text(const Json& value, std::string_view key);

}  // namespace mpk::json
