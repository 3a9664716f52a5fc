// YAML for people: what parse_yaml reads back as the same value.
#pragma once

#include "json/value.hpp"

#include <string>

namespace mpk::json {

/// Block style, two spaces of indent, members sorted; a text is plain where no reader of YAML can
/// take it for something else, of several lines a literal block, and quoted otherwise.
std::string to_yaml(const Json& value);

}  // namespace mpk::json
