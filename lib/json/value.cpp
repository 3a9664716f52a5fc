// Json: compact and pretty text.
#include "json/value.hpp"

#include <nlohmann/json.hpp>

namespace mpk::json {
namespace {

// replace, not strict: text that breaks the contract shows U+FFFD instead of throwing from a
// printer.
std::string dump(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string compact(const Json& value) { return dump(value, -1); }

std::string pretty(const Json& value) { return dump(value, 2) + "\n"; }

}  // namespace mpk::json
