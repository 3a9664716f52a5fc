// Permissions: Cedar and OPA. Identifiers are bom-refs, which need no escape in either language.
#include "agent/permissions.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace mpk::agent {
namespace {

Json attributes(const Tool& tool) {
  return {{"name", tool.name},
          {"sha256", tool.digest.hex()},
          {"readOnly", tool.hints.read_only},
          {"destructive", tool.hints.destructive},
          {"idempotent", tool.hints.idempotent},
          {"openWorld", tool.hints.open_world},
          {"scopes", tool.scopes}};
}

Json attributes(const Server& server) {
  return {{"name", server.name},
          {"version", server.version},
          {"endpoint", server.endpoint},
          {"transport", server.transport},
          {"scopes", server.scopes}};
}

Json uid(const char* type, std::string id) { return {{"type", type}, {"id", std::move(id)}}; }

Json entity(Json id, Json attrs, Json parents) {
  Json out = Json::object();
  out["uid"] = std::move(id);
  out["attrs"] = std::move(attrs);
  out["parents"] = std::move(parents);
  return out;
}

}  // namespace

std::string cedar_policies(const std::vector<Server>& servers) {
  std::string out;
  for (const auto& server : servers) {
    if (!server.tools) continue;
    for (const auto& tool : *server.tools) {
      const auto ref = tool_ref(server.name, tool.name);
      out += fmt::format(
          "@id(\"{0}\")\n"
          "permit (\n"
          "  principal,\n"
          "  action == Mcp::Action::\"call\",\n"
          "  resource == Mcp::Tool::\"{0}\"\n"
          ") when {{ context.sha256 == \"{1}\" }};\n",
          ref, tool.digest.hex());
    }
  }
  return out;
}

Json cedar_entities(const std::vector<Server>& servers) {
  Json out = Json::array();
  for (const auto& server : servers) {
    const auto parent = uid("Mcp::Server", server_ref(server.name));
    out.push_back(entity(parent, attributes(server), Json::array()));
    if (!server.tools) continue;
    for (const auto& tool : *server.tools) {
      out.push_back(entity(uid("Mcp::Tool", tool_ref(server.name, tool.name)), attributes(tool),
                           Json::array({parent})));
    }
  }
  return out;
}

Json opa_data(const std::vector<Server>& servers) {
  Json list = Json::object();
  for (const auto& server : servers) {
    auto each = attributes(server);
    each["tools"] = Json::object();
    if (server.tools) {
      for (const auto& tool : *server.tools) each["tools"][tool.name] = attributes(tool);
    }
    list[server.name] = std::move(each);
  }
  Json out = Json::object();
  out["mcp"]["servers"] = std::move(list);
  return out;
}

}  // namespace mpk::agent
