// Tiers as properties: written while a document is built, counted in a finished one.
#include "aibom/tiers.hpp"

#include "aibom/build.hpp"
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/wording.hpp"

#include <nlohmann/json.hpp>

namespace mpk::aibom {

void Tiers::add(std::string pointer, model::Tier tier, std::string_view source) {
  const bool served = tier == model::Tier::verified && unproven_.contains(source);
  entries_.push_back({std::move(pointer), served ? model::Tier::declared : tier, one_line(source)});
}

void Tiers::add_digest(std::string pointer, std::string_view source) {
  entries_.push_back({std::move(pointer), model::Tier::verified, one_line(source)});
}

std::vector<std::pair<std::string, std::string>> Tiers::properties() const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& entry : entries_) {
    std::string value(model::to_string(entry.tier));
    if (!entry.source.empty()) value += ";source=" + entry.source;
    out.emplace_back(own(kProvenance) + entry.pointer, std::move(value));
  }
  return out;
}

void Properties::add(std::string name, std::string value) {
  if (!value.empty()) list_.emplace_back(std::move(name), std::move(value));
}

void Properties::add(std::string name, std::string value, model::Tier tier,
                     std::string_view source) {
  if (value.empty()) return;
  tiers_.add(pointer_ + "/" + std::to_string(list_.size()), tier, source);
  add(std::move(name), std::move(value));
}

void Properties::add(const std::vector<std::pair<std::string, std::string>>& list) {
  list_.insert(list_.end(), list.begin(), list.end());
}

Json Properties::to_json() const {
  Json out = Json::array();
  for (const auto& [name, value] : list_) out.push_back({{"name", name}, {"value", value}});
  return out;
}

Counts count_tiers(const Json& bom) {
  Counts counts;
  const auto& component = member(member(bom, "metadata"), "component");
  const auto prefix = own(kProvenance);
  for (const auto& each : items(member(component, "properties"))) {
    if (!text(each, "name").starts_with(prefix)) continue;
    const auto& value = text(each, "value");
    auto tier = std::string_view(value).substr(0, value.find(';'));
    if (tier == model::to_string(model::Tier::verified)) ++counts.verified;
    if (tier == model::to_string(model::Tier::declared)) ++counts.declared;
    if (tier == model::to_string(model::Tier::inferred)) ++counts.inferred;
  }
  return counts;
}

}  // namespace mpk::aibom
