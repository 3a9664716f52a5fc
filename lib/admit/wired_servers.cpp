// MCP servers that a Kubernetes object wires an agent to.
#include "admit/wired_servers.hpp"

#include "admit/api_group.hpp"
#include "agent/document.hpp"
#include "agent/server.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "json/lookup.hpp"
#include "json/parse.hpp"
#include "json/pointer.hpp"
#include "json/yaml.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::admit {
namespace {

constexpr std::string_view kServers = "mcpServers";

bool speaks_of_mcp(std::string_view text) {
  return lower_ascii(text).find("mcp") != std::string::npos;
}

bool is_url(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

// And does not only mention them, as a description does: a script that writes them, …
bool lists_servers(std::string_view text) {
  return text.find("mcpServers\"") != std::string_view::npos ||
         text.find("mcpServers'") != std::string_view::npos ||
         text.find("mcpServers:") != std::string_view::npos;
}

// Kinds that are a server, and where they have its address.
struct ServerKind {
  std::string_view group, kind;
  std::array<std::string_view, 2> urls;  // JSON Pointers; empty: it has none
};
constexpr std::array<ServerKind, 6> kKinds{{
    {"kagent.dev", "RemoteMCPServer", {"/spec/url", ""}},
    {"kagent.dev", "MCPServer", {"", ""}},
    {"kagent.dev", "ToolServer", {"/spec/config/sse/url", "/spec/config/streamableHttp/url"}},
    {"toolhive.stacklok.dev", "MCPServer", {"", ""}},
    {"toolhive.stacklok.dev", "MCPRemoteProxy", {"/spec/remoteURL", "/spec/remoteUrl"}},
    {"toolhive.stacklok.dev", "MCPServerEntry", {"/spec/remoteURL", "/spec/remoteUrl"}},
}};

class Search {
 public:
  std::vector<WiredServer> take() { return std::move(found_); }

  void look_at(const Json& value, const std::string& pointer) {
    if (value.is_string()) {
      text(json::text(value), pointer);
    } else if (value.is_array()) {
      arguments(value, pointer);
      std::size_t index = 0;
      for (const auto& item : value) look_at(item, pointer + "/" + std::to_string(index++));
    } else if (value.is_object()) {
      object(value, pointer);
      for (const auto& [key, member] : value.items())
        look_at(member, json::pointer_step(pointer, key));
    }
  }

 private:
  void add(std::string pointer, std::string name, const std::string& url,
           std::vector<std::string> tools = {}) {
    WiredServer server{.pointer = std::move(pointer), .name = std::move(name)};
    if (!url.empty()) {
      auto endpoint = agent::safe_endpoint(url);
      if (!endpoint) return cannot_read(std::move(server.pointer), endpoint.error().text());
      server.endpoint = endpoint.take();
    }
    server.tools = std::move(tools);
    found_.push_back(std::move(server));
  }

  void cannot_read(std::string pointer, std::string why) {
    found_.push_back({.pointer = std::move(pointer), .problem = std::move(why)});
  }

  void object(const Json& value, const std::string& pointer) {
    if (const auto& server = json::member(value, "mcpServer"); server.is_object())
      tool_of_agent(server, pointer + "/mcpServer");
    variable(value, pointer);
    server_kind(value, pointer);
    if (json::text(value, "kind") == "Secret" || json::text(value, "kind") == "ConfigMap")
      encoded(value, pointer);
  }

  // kagent: an agent's tool names a server that is an object of its own.
  void tool_of_agent(const Json& server, const std::string& pointer) {
    const auto& name = json::text(server, "name");
    if (name.empty()) return cannot_read(pointer, "an MCP server without a name");
    std::vector<std::string> tools;
    for (const auto& tool : json::items(server, "toolNames")) tools.push_back(json::text(tool));
    add(pointer, name, {}, std::move(tools));
  }

  void variable(const Json& value, const std::string& pointer) {
    if (!speaks_of_mcp(json::text(value, "name"))) return;
    const auto& list = json::text(value, "value");
    if (list.find(kServers) != std::string::npos) return;  // is read as a text
    for (const auto each : split(list, ',')) {
      if (const auto url = trim(each); is_url(url)) add(pointer + "/value", {}, std::string(url));
    }
  }

  // --mcp-server=URL, --mcp-server URL
  void arguments(const Json& list, const std::string& pointer) {
    std::string_view before;
    std::size_t index = 0;
    for (const auto& item : list) {
      const std::string_view argument = json::text(item);
      const auto at = pointer + "/" + std::to_string(index++);
      const auto equals = argument.find('=');
      const bool option = argument.starts_with('-');
      if (option && equals != std::string_view::npos && speaks_of_mcp(argument.substr(0, equals)) &&
          is_url(argument.substr(equals + 1))) {
        add(at, {}, std::string(argument.substr(equals + 1)));
      } else if (is_url(argument) && before.starts_with('-') && speaks_of_mcp(before)) {
        add(at, {}, std::string(argument));
      }
      before = argument;
    }
  }

  void server_kind(const Json& value, const std::string& pointer) {
    const auto group = group_of(json::text(value, "apiVersion"));
    const auto& kind = json::text(value, "kind");
    const auto row = std::ranges::find_if(
        kKinds, [&](const ServerKind& each) { return each.group == group && each.kind == kind; });
    if (row == kKinds.end()) return;
    const auto& name = json::text(json::member(value, "metadata"), "name");
    for (const auto url : row->urls) {
      if (url.empty()) continue;
      const nlohmann::json::json_pointer place{std::string(url)};
      if (value.contains(place) && value.at(place).is_string())
        return add(pointer + std::string(url), name, json::text(value.at(place)));
    }
    add(pointer + "/metadata/name", name, {});
  }

  // Where Kubernetes keeps texts in base64.
  void encoded(const Json& value, const std::string& pointer) {
    for (const auto* key : {"data", "binaryData"}) {
      if (std::string_view(key) == "data" && json::text(value, "kind") == "ConfigMap") continue;
      const auto& texts = json::member(value, key);
      if (!texts.is_object()) continue;
      for (const auto& [name, member] : texts.items()) {
        const auto bytes = base64_decode(json::text(member));
        if (bytes) text(as_text(*bytes), json::pointer_step(pointer + "/" + key, name));
      }
    }
  }

  void text(std::string_view text, const std::string& pointer) {
    if (text.find(kServers) == std::string_view::npos) return;
    auto document = json::parse(text);
    if (!document) {
      const auto yaml = json::parse_yaml(text, "mcp.json");
      if (!yaml || (!yaml->value->is_structured() && lists_servers(text)))
        return cannot_read(pointer, "neither JSON nor YAML, and it speaks of mcpServers");
      return configurations(*yaml->value, pointer, 0);
    }
    configurations(*document, pointer, 0);
  }

  // The list may lie inside a larger configuration.
  void configurations(const Json& value, const std::string& pointer, unsigned depth) {
    constexpr unsigned kDepth = 8;
    if (value.is_object() && value.contains(kServers)) {
      const auto servers = agent::read_config({{kServers, value.at(kServers)}});
      if (!servers) return cannot_read(pointer, servers.error().text());
      for (const auto& server : *servers) add(pointer, server.name, server.endpoint);
    } else if (value.is_structured() && depth < kDepth) {
      for (const auto& member : value) configurations(member, pointer, depth + 1);
    }
  }

  std::vector<WiredServer> found_;
};

}  // namespace

std::vector<WiredServer> wired_servers(const Json& object) {
  Search search;
  search.look_at(object, "");
  return search.take();
}

std::string not_pinned(const WiredServer& server, const std::vector<policy::PinnedServer>& pins) {
  if (!server.problem.empty()) return server.problem;
  const auto by = [&](auto member, const std::string& value) {
    return std::ranges::find(pins, value, member);
  };
  const auto pin = server.endpoint.empty() ? by(&policy::PinnedServer::name, server.name)
                                           : by(&policy::PinnedServer::endpoint, server.endpoint);
  if (pin == pins.end()) {
    return server.endpoint.empty() ? "no pin has its name" : "no pin has its address";
  }
  for (const auto& tool : server.tools) {
    if (!pin->tools) return "the pin does not know its tools";
    if (std::ranges::find(*pin->tools, tool) == pin->tools->end())
      return "its pin has no tool \"" + printable(tool, 100) + "\"";
  }
  return {};
}

}  // namespace mpk::admit
