// What an agent may use: services and what stands below them, by path ("server/tool").
#include "aibom/compare_parts.hpp"
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "json/changes.hpp"
#include "json/value.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace mpk::aibom {
namespace {

struct Permissions {
  std::map<std::string, Json> services;  // by path: whatever else is said of it
  Said scopes;                           // by path: those it asks for
  Said hints;                            // by "path hint": true or false
};

void collect(const Json& list, const std::string& parent, Permissions& out, std::size_t depth = 0) {
  if (depth > kMaxDepth) return;
  for (const auto& service : items(list)) {
    if (!service.is_object()) continue;
    const auto path = parent + text(service, "name");
    auto rest = service;
    rest.erase("services");
    rest.erase("bom-ref");
    rest.erase("properties");
    rest.erase("name");
    Json others = Json::object();
    for (const auto& each : items(member(service, "properties"))) {
      const auto& name = text(each, "name");
      const auto& value = text(each, "value");
      if (name == own(kScope)) {
        auto& scopes = out.scopes[path];
        scopes += (scopes.empty() ? "" : " ") + value;
      } else if (name.starts_with(own(kHint))) {
        out.hints[path + " " + name.substr(own(kHint).size())] = value;
      } else {
        others[name] = value;
      }
    }
    if (!others.empty()) rest["properties"] = std::move(others);
    out.services.insert_or_assign(path, std::move(rest));
    collect(member(service, "services"), path + "/", out, depth + 1);
  }
}

Permissions permissions(const Json& bom) {
  Permissions out;
  collect(member(bom, "services"), "", out);
  return out;
}

}  // namespace

void compare_permissions(const Json& before, const Json& after, Changes& out) {
  const auto old = permissions(before), now = permissions(after);
  for (const auto& [path, said] : old.services) {
    const auto found = now.services.find(path);
    if (found == now.services.end()) {
      out.add({"permissions.removed", path, path, std::nullopt});
      continue;
    }
    for (const auto& change : json::changes(said, found->second)) {
      const auto shown = [](const std::optional<Json>& value) -> std::optional<std::string> {
        if (!value) return std::nullopt;
        return value->is_string() ? value->get<std::string>() : json::compact(*value);
      };
      out.add({"permissions.changed", path + " " + change.pointer, shown(change.before),
               shown(change.after)});
    }
  }
  for (const auto& each : now.services) {
    if (!old.services.contains(each.first))
      out.add({"permissions.added", each.first, std::nullopt, each.first});
  }
  out.list("permissions.scope", "permissions.scope", "permissions.scope", old.scopes, now.scopes);
  out.list("permissions.hint", "permissions.hint", "permissions.hint", old.hints, now.hints);
}

}  // namespace mpk::aibom
