// Pins out of a document: what is there is believed only as far as its digests agree.
#include "agent/limits.hpp"
#include "agent/own_properties.hpp"
#include "agent/pins.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <map>
#include <utility>

namespace mpk::agent {
namespace {

// The properties of an element by their names without our prefix; the first of a name counts.
using PropertyMap = std::map<std::string, std::string, std::less<>>;

Result<PropertyMap> properties_of(const json::Field& element) {
  PropertyMap out;
  const std::string prefix(identifiers::kPropertyPrefix);
  for (const auto& property : TRY(element.optional_items("properties"))) {
    const auto name = TRY(property.optional_string("name")).value_or("");
    if (!name.starts_with(prefix)) continue;
    out.emplace(name.substr(prefix.size()), TRY(property.optional_string("value")).value_or(""));
  }
  return out;
}

std::string get(const PropertyMap& map, std::string_view name) {
  const auto found = map.find(name);
  return found == map.end() ? std::string() : found->second;
}

Result<std::vector<std::string>> get_list(const PropertyMap& map, std::string_view name) {
  const auto value = get(map, name);
  std::vector<std::string> out;
  if (value.empty()) return out;
  const auto list = TRY(json::parse(value));
  for (const auto& item : TRY(json::Field(list, own(name)).items()))
    out.push_back(TRY(item.string()));
  return out;
}

std::vector<std::string> get_scopes(const PropertyMap& map) {
  return scope_list(Json(get(map, kScope)));
}

Result<Tool> read_tool_pin(const json::Field& service) {
  const auto name = TRY(service.string("name"));
  const auto map = TRY(properties_of(service));
  auto digest = Digest::parse("sha256:" + get(map, kToolDigest));
  if (!digest) {
    return Error(ErrorKind::malformed, "tool " + printable(name, 80) + ": its pin has no " +
                                           own(kToolDigest) + " of 64 hexadecimal digits");
  }
  const auto definition = get(map, kToolDefinition);
  if (definition.empty()) {
    return Tool{.name = name,
                .definition = std::nullopt,
                .digest = digest.take(),
                .hints = {.read_only = get(map, kReadOnly) == "true",
                          .destructive = get(map, kDestructive) != "false",
                          .idempotent = get(map, kIdempotent) == "true",
                          .open_world = get(map, kOpenWorld) != "false"},
                .scopes = get_scopes(map)};
  }
  auto parsed = json::parse(definition);
  if (!parsed) return std::move(parsed).error().with("tool " + printable(name, 80));
  auto tool = tool_of(parsed.take());
  if (!tool) return std::move(tool).error().with("tool " + printable(name, 80));
  if (tool->digest != *digest || tool->name != name) {
    return Error(ErrorKind::malformed,
                 "tool " + printable(name, 80) + ": its pin does not agree with itself: " +
                     own(kToolDefinition) + " has the digest " + tool->digest.brief() + ", " +
                     own(kToolDigest) + " says " + digest->brief(),
                 "the document was edited by hand; pin the server anew");
  }
  tool->scopes = get_scopes(map);
  return tool;
}

Result<Server> read_server(const json::Field& service, const PropertyMap& map) {
  Server out;
  out.name = get(map, kServer);
  out.said_name = get(map, kSaidName);
  out.version = TRY(service.optional_string("version")).value_or("");
  const auto instructions = map.find(kInstructions);
  if (instructions != map.end()) out.instructions = instructions->second;
  const auto endpoints = TRY(service.optional_strings("endpoints"));
  if (!endpoints.empty()) out.endpoint = endpoints.front();
  out.authenticated = TRY(service.optional_boolean("authenticated")).value_or(false);
  out.transport = get(map, kTransport);
  out.command = get(map, kCommand);
  out.arguments = TRY(get_list(map, kArguments));
  out.environment = TRY(get_list(map, kEnvironment));
  out.headers = TRY(get_list(map, kHeaders));
  out.scopes = get_scopes(map);
  const auto services = TRY(service.optional_items("services"));
  if (services.size() > limits::kTools)
    return service.error("more tools than the limit of " + std::to_string(limits::kTools));
  if (map.contains(kToolCount)) out.tools.emplace();
  for (const auto& each : services) {
    if (!out.tools) out.tools.emplace();
    out.tools->push_back(TRY(read_tool_pin(each)));
  }
  // A tool that was cut out by hand would look like one that the server added.
  if (map.contains(kToolCount) && std::to_string(out.tools->size()) != get(map, kToolCount)) {
    return service.error(own(kToolCount) + " says " + printable(get(map, kToolCount), 20) +
                         ", there are " + std::to_string(out.tools->size()));
  }
  if (out.tools) TRY(sort_tools(*out.tools));
  if (map.contains(kPromptCount)) out.prompts.emplace();
  return out;
}

Result<void> read_prompts_of(const json::Field& bom, std::map<std::string, Server>& servers) {
  for (const auto& component : TRY(bom.optional_items("components"))) {
    const auto map = TRY(properties_of(component));
    const auto found = servers.find(get(map, kPromptOf));
    if (found == servers.end()) continue;
    std::optional<Digest> digest;
    for (const auto& hash : TRY(component.optional_items("hashes"))) {
      if (TRY(hash.string("alg")) == "SHA-256")
        digest = TRY(Digest::parse("sha256:" + TRY(hash.string("content"))));
    }
    if (!digest) return component.error("a pinned prompt without a SHA-256");
    auto& prompts = found->second.prompts;
    if (!prompts) prompts.emplace();
    auto name = TRY(component.string("name"));
    auto description = TRY(component.optional_string("description")).value_or("");
    prompts->push_back({.name = std::move(name),
                        .title = {},
                        .description = std::move(description),
                        .digest = *std::move(digest)});
  }
  return {};
}

}  // namespace

Result<std::vector<Server>> read_pins(const Json& bom) {
  const json::Field root(bom);
  if (!root.is_object()) return root.error("expected an object");
  std::map<std::string, Server> servers;
  for (const auto& service : TRY(root.optional_items("services"))) {
    const auto map = TRY(properties_of(service));
    if (!map.contains(kServer)) continue;
    auto server = read_server(service, map);
    if (!server)
      return std::move(server).error().with("server " + printable(get(map, kServer), 80));
    const auto name = server->name;
    if (!servers.emplace(name, server.take()).second)
      return service.error("server " + printable(name, 80) + " is pinned twice");
  }
  TRY(read_prompts_of(root, servers));
  std::vector<Server> out;
  for (auto& [name, server] : servers) {
    if (server.prompts) TRY(sort_prompts(*server.prompts));
    out.push_back(std::move(server));
  }
  return out;
}

}  // namespace mpk::agent
