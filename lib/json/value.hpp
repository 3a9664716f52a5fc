// Json: the one JSON value type, and its two texts.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace mpk {
/// Objects are sorted by key (bytewise): the same value always prints the same.
using Json = nlohmann::json;
}  // namespace mpk

namespace mpk::json {
/// No white space. The value's strings must be valid UTF-8 (parse() proves that of input).
std::string compact(const Json& value);
/// Two spaces of indent, a line break at the end: for people.
std::string pretty(const Json& value);
}  // namespace mpk::json
