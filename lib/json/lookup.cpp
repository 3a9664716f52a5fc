// Tolerant reading of a value that nobody has checked.
#include "json/lookup.hpp"

#include <nlohmann/json.hpp>

namespace mpk::json {

const Json& member(const Json& value, std::string_view key) {
  static const Json kNone;
  if (!value.is_object()) return kNone;
  auto found = value.find(key);
  return found == value.end() ? kNone : *found;
}

const std::vector<Json>& items(const Json& value) {
  static const std::vector<Json> kNone;
  return value.is_array() ? value.get_ref<const std::vector<Json>&>() : kNone;
}

const std::vector<Json>& items(const Json& value, std::string_view key) {
  return items(member(value, key));
}

const std::string& text(const Json& value) {
  static const std::string kNone;
  return value.is_string() ? value.get_ref<const std::string&>() : kNone;
}

const std::string& text(const Json& value, std::string_view key) {
  return text(member(value, key));
}

}  // namespace mpk::json
