// Tolerant reading of a document that nobody has checked.
#include "aibom/lookup.hpp"

#include <nlohmann/json.hpp>

namespace mpk::aibom {
namespace {

void descend(const Json& components, const std::function<void(const Json&)>& visit,
             std::size_t depth) {
  if (depth > kMaxDepth) return;
  for (const auto& component : items(components)) {
    visit(component);
    descend(member(component, "components"), visit, depth + 1);
  }
}

}  // namespace

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

const std::string& text(const Json& value) {
  static const std::string kNone;
  return value.is_string() ? value.get_ref<const std::string&>() : kNone;
}

const std::string& text(const Json& value, std::string_view key) {
  return text(member(value, key));
}

const std::string& property(const Json& owner, std::string_view name) {
  for (const auto& each : items(member(owner, "properties"))) {
    if (text(each, "name") == name) return text(each, "value");
  }
  return text(Json());
}

const Json& subject(const Json& bom) {
  constexpr std::string_view kModel = "machine-learning-model";
  const auto& own = member(member(bom, "metadata"), "component");
  if (text(own, "type") == kModel) return own;
  for (const auto& component : items(member(bom, "components"))) {
    if (text(component, "type") == kModel) return component;
  }
  return own;
}

void each_component(const Json& components, const std::function<void(const Json&)>& visit) {
  descend(components, visit, 0);
}

}  // namespace mpk::aibom
