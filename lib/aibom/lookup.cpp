// Tolerant reading of a document that nobody has checked.
#include "aibom/lookup.hpp"

#include "aibom/own_properties.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

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

const std::string& property(const Json& owner, std::string_view name) {
  for (const auto& each : items(member(owner, "properties"))) {
    if (text(each, "name") == name) return text(each, "value");
  }
  return text(Json());
}

std::string base_relation(const Json& pedigree, const Json& base) {
  if (const auto& said = property(base, own(kRelation)); !said.empty()) return said;
  const auto& all = items(member(pedigree, "ancestors"));
  // The note sums up what the others say of themselves.
  if (std::ranges::any_of(all,
                          [](const Json& one) { return !property(one, own(kRelation)).empty(); }))
    return {};
  const std::string_view notes = text(pedigree, "notes");
  return notes.starts_with(kRelationNote) ? std::string(notes.substr(kRelationNote.size()))
                                          : std::string();
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
