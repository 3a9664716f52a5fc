// TOML 1.0 (toml++) read into JSON whose members keep the order of the document.
#pragma once

#include "base/result.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace mpk::json {

/// Dates and times become text. malformed, with "name:line:column": syntax, duplicate keys, a
/// number that JSON has not (inf, nan), values nested too deep.
Result<nlohmann::ordered_json> parse_toml(std::string_view text, std::string_view name);

}  // namespace mpk::json
