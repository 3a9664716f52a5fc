// Which members of a card count when they are empty.
#include "agent/card_form.hpp"

#include "json/canonical.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace mpk::agent {
namespace {

bool is_empty(const Json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().empty();
  return value.is_null() || (value.is_structured() && value.empty());
}

// Default of a field without presence.
bool is_default(const Json& value) {
  return is_empty(value) || value == Json(false) || (value.is_number() && value == Json(0));
}

// A2A 1.0, AgentCard and what it holds: fields that are REQUIRED or `optional`, whose defaults
// stay.
bool has_presence(std::string_view name) {
  constexpr std::array<std::string_view, 23> kNames = {"name",
                                                       "description",
                                                       "supportedInterfaces",
                                                       "version",
                                                       "capabilities",
                                                       "defaultInputModes",
                                                       "defaultOutputModes",
                                                       "skills",
                                                       "provider",
                                                       "documentationUrl",
                                                       "iconUrl",
                                                       "url",
                                                       "protocolBinding",
                                                       "protocolVersion",
                                                       "organization",
                                                       "streaming",
                                                       "pushNotifications",
                                                       "extendedAgentCard",
                                                       "id",
                                                       "tags",
                                                       "scopes",
                                                       "location",
                                                       "scheme"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

Json by_presence(const Json& value) {
  if (value.is_array()) {
    Json out = Json::array();
    for (const auto& item : value) out.push_back(by_presence(item));
    return out;
  }
  if (!value.is_object()) return value;
  Json out = Json::object();
  for (const auto& [name, member] : value.items()) {
    // The keys of these are data, not fields.
    const bool is_map = name == "params" || name == "schemes" || name == "securitySchemes";
    if (is_default(member) && !has_presence(name)) continue;
    out[name] = is_map ? member : by_presence(member);
  }
  return out;
}

Json without_empty(const Json& value) {
  Json out = value.is_array() ? Json::array() : Json::object();
  if (!value.is_structured()) return value;
  for (const auto& [name, member] : value.items()) {
    Json kept = without_empty(member);
    if (is_empty(kept)) continue;
    if (value.is_array()) {
      out.push_back(std::move(kept));
    } else {
      out[name] = std::move(kept);
    }
  }
  return out;
}

}  // namespace

Result<std::vector<std::string>> card_forms(const Json& card) {
  Json bare = card;
  bare.erase("signatures");
  std::vector<std::string> out;
  for (const auto& form : {bare, by_presence(bare), without_empty(bare)}) {
    auto text = TRY(json::canonical(form));
    if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
  }
  return out;
}

}  // namespace mpk::agent
