// Server: tools and prompts from the items of MCP's lists.
#include "agent/server.hpp"

#include "agent/limits.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "crypto/hash.hpp"
#include "json/canonical.hpp"
#include "json/read.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <utility>

namespace mpk::agent {
namespace {

// RFC 8785 §3.2.2.3 knows doubles only, and a JavaScript or Python peer rounds an integer that is
// none (a schema's "maximum": 2^64-1) before it canonicalizes. Bounded by the parser's depth.
void round_to_doubles(Json& value) {
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  if (value.is_number_unsigned()) {
    if (value.get<std::uint64_t>() > std::uint64_t{kExact})
      value = static_cast<double>(value.get<std::uint64_t>());
  } else if (value.is_number_integer()) {
    if (value.get<std::int64_t>() < -kExact) value = static_cast<double>(value.get<std::int64_t>());
  } else if (value.is_structured()) {
    for (auto& item : value) round_to_doubles(item);
  }
}

Result<Digest> canonical_digest(const Json& value) {
  Json rounded = value;
  round_to_doubles(rounded);
  return crypto::sha256(TRY(json::canonical(rounded)));
}

Result<std::string> read_name(const json::Field& item) {
  auto name = TRY(item.string("name"));
  if (name.empty()) return item.error("name is empty");
  if (name.size() > limits::kNameBytes) {
    return Error(ErrorKind::too_large, item.path() + ".name: " + std::to_string(name.size()) +
                                           " bytes, the limit is " +
                                           std::to_string(limits::kNameBytes));
  }
  return name;
}

Result<bool> hint(const json::Field& annotations, std::string_view name, bool otherwise) {
  return TRY(annotations.optional_boolean(name)).value_or(otherwise);
}

Result<Hints> read_hints(const json::Field& tool) {
  Hints hints;
  const auto annotations = TRY(tool.find("annotations"));
  if (!annotations) return hints;
  if (!annotations->is_object()) return annotations->error("expected an object");
  TRY(annotations->optional_string("title"));
  hints.read_only = TRY(hint(*annotations, "readOnlyHint", hints.read_only));
  hints.destructive = TRY(hint(*annotations, "destructiveHint", hints.destructive));
  hints.idempotent = TRY(hint(*annotations, "idempotentHint", hints.idempotent));
  hints.open_world = TRY(hint(*annotations, "openWorldHint", hints.open_world));
  return hints;
}

// "securitySchemes" is how hosts of agents let a tool say its scopes, beside the definition or in
// its _meta; MCP itself knows them only for the whole server.
void add_scopes(const Json& holder, std::set<std::string>& out) {
  const auto schemes = holder.find("securitySchemes");
  if (schemes == holder.end() || !schemes->is_array()) return;
  for (const auto& scheme : *schemes) {
    if (!scheme.is_object() || !scheme.contains("scopes")) continue;
    for (auto& scope : scope_list(scheme["scopes"])) out.insert(std::move(scope));
  }
}

std::vector<std::string> tool_scopes(const Json& item) {
  std::set<std::string> scopes;
  add_scopes(item, scopes);
  const auto meta = item.find("_meta");
  if (meta != item.end() && meta->is_object()) add_scopes(*meta, scopes);
  return {scopes.begin(), scopes.end()};
}

template <class Named>
Result<void> sort_named(std::vector<Named>& list, std::string_view what) {
  std::sort(list.begin(), list.end(),
            [](const Named& a, const Named& b) { return a.name < b.name; });
  const auto twice = std::adjacent_find(
      list.begin(), list.end(), [](const Named& a, const Named& b) { return a.name == b.name; });
  if (twice == list.end()) return {};
  // Which of both a model is shown is the host's choice: nothing that could be pinned.
  return Error(ErrorKind::malformed, std::string(what) + " " + printable(twice->name, 80) +
                                         ": there are two of this name");
}

}  // namespace

Result<Tool> tool_of(Json definition) {
  const json::Field field(definition, "$");
  auto name = TRY(read_name(field));
  auto hints = TRY(read_hints(field));
  auto digest = TRY(canonical_digest(definition));
  return Tool{.name = std::move(name),
              .definition = std::move(definition),
              .digest = std::move(digest),
              .hints = hints,
              .scopes = {}};
}

Result<Tool> read_tool(const Json& item, const std::string& path) {
  const json::Field field(item, path);
  if (!field.is_object()) return field.error("expected an object");
  TRY(read_name(field));
  TRY(field.optional_string("title"));
  TRY(field.optional_string("description"));
  for (const char* name : {"inputSchema", "outputSchema"}) {
    const auto schema = TRY(field.find(name));
    if (schema && !schema->is_object() && !schema->value().is_boolean())
      return schema->error("expected a JSON Schema");
  }
  TRY(read_hints(field));
  Json definition = Json::object();
  for (const auto member : kDefinitionMembers) {
    const auto found = item.find(member);
    // A null is a member that is not there: some servers write all six.
    if (found != item.end() && !found->is_null()) definition[std::string(member)] = *found;
  }
  auto tool = tool_of(std::move(definition));
  if (!tool) return std::move(tool).error().with(path);
  tool->scopes = tool_scopes(item);
  return tool;
}

Result<Prompt> read_prompt(const Json& item, const std::string& path) {
  const json::Field field(item, path);
  if (!field.is_object()) return field.error("expected an object");
  auto name = TRY(read_name(field));
  auto title = TRY(field.optional_string("title")).value_or("");
  auto description = TRY(field.optional_string("description")).value_or("");
  Json definition = Json::object();
  for (const char* member : {"name", "title", "description", "arguments"}) {
    const auto found = item.find(member);
    if (found != item.end() && !found->is_null()) definition[member] = *found;
  }
  auto digest = canonical_digest(definition);
  if (!digest) return std::move(digest).error().with(path);
  return Prompt{std::move(name), std::move(title), std::move(description), digest.take()};
}

Result<void> sort_tools(std::vector<Tool>& tools) { return sort_named(tools, "tool"); }
Result<void> sort_prompts(std::vector<Prompt>& prompts) { return sort_named(prompts, "prompt"); }

Result<std::string> safe_endpoint(const std::string& url) {
  auto parsed = TRY(Url::parse(url));
  // Tokens travel in both.
  parsed.userinfo.clear();
  parsed.query.clear();
  return parsed.text();
}

std::string server_ref(std::string_view name) { return "mcp:" + percent_encode(name); }
std::string tool_ref(std::string_view server, std::string_view tool) {
  return server_ref(server) + "/" + percent_encode(tool);
}

std::vector<std::string> scope_list(const Json& value) {
  std::set<std::string> out;
  const auto add = [&](const std::string& text) {
    std::string word;
    for (const char c : text + " ") {
      const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
      if (!space) word += c;
      if (space && !word.empty()) out.insert(std::exchange(word, {}));
    }
  };
  if (value.is_string()) add(value.get_ref<const std::string&>());
  if (value.is_array()) {
    for (const auto& item : value) {
      if (item.is_string()) add(item.get_ref<const std::string&>());
    }
  }
  return {out.begin(), out.end()};
}

}  // namespace mpk::agent
