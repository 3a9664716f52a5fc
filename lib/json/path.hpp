// The path text of a place in a document: "$.layers[3].digest", "$.annotations[\"org.cncf.x\"]".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mpk::json {

/// A key that is no plain word is quoted and made printable; a long one is cut.
std::string member_path(std::string_view parent, std::string_view key);
std::string item_path(std::string_view parent, std::size_t index);

}  // namespace mpk::json
