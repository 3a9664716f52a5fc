// mcp.json: what is configured is recorded, never run; of secrets only the names.
#include "agent/document.hpp"
#include "agent/limits.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "json/read.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace mpk::agent {
namespace {

constexpr std::string_view kHidden = "***";

bool names_a_secret(std::string_view name) {
  constexpr std::array<std::string_view, 11> kWords = {
      "token",  "secret",  "passw",  "key", "auth",      "credential",
      "bearer", "session", "cookie", "dsn", "connection"};
  const auto lower = lower_ascii(name);
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

// What services hand out as keys.
bool looks_secret(std::string_view value) {
  constexpr std::array<std::string_view, 12> kPrefixes = {"sk-",  "sk_",         "ghp_",   "gho_",
                                                          "ghs_", "github_pat_", "glpat-", "xox",
                                                          "AKIA", "eyJ",         "hf_",    "npm_"};
  return std::any_of(kPrefixes.begin(), kPrefixes.end(),
                     [&](std::string_view prefix) { return value.starts_with(prefix); });
}

// Userinfo of any scheme (postgres://user:password@host) and the query, where tokens travel.
std::string without_secrets_of_url(std::string value) {
  const auto scheme = value.find("://");
  if (scheme == std::string::npos) return value;
  const auto start = scheme + 3;
  const auto end = std::min(value.find_first_of("/?#", start), value.size());
  const auto at = value.rfind('@', end);
  if (at != std::string::npos && at >= start && at < end) value.replace(start, at - start, kHidden);
  const auto query = value.find('?', start);
  if (query != std::string::npos) value.replace(query + 1, std::string::npos, kHidden);
  return value;
}

// `before`: the argument in front of it, for "--token VALUE" and "-e NAME=VALUE".
std::string safe_argument(std::string_view before, const std::string& argument) {
  const bool is_option = argument.starts_with('-');
  if (!is_option && before.starts_with('-') && before.find('=') == std::string_view::npos &&
      names_a_secret(before))
    return std::string(kHidden);
  const auto equals = argument.find('=');
  // Of a URL the equals sign is one of its query.
  if (equals != std::string::npos && argument.find("://") > equals) {
    const std::string_view name = std::string_view(argument).substr(0, equals);
    const bool is_environment = before == "-e" || before == "--env";
    if (is_environment || names_a_secret(name) ||
        looks_secret(std::string_view(argument).substr(equals + 1)))
      return std::string(name) + "=" + std::string(kHidden);
  }
  if (looks_secret(argument)) return std::string(kHidden);
  return redact(without_secrets_of_url(argument));
}

Result<std::vector<std::string>> member_names(const json::Field& server, std::string_view name) {
  std::vector<std::string> out;
  const auto object = TRY(server.find(name));
  if (!object) return out;
  for (const auto& member : TRY(object->members())) out.push_back(member.first);
  return out;
}

Result<void> read_scopes(const json::Field& server, Server& out) {
  const auto take = [&](const Json& holder) {
    for (const char* name : {"scopes", "scope"}) {
      const auto found = holder.find(name);
      if (found != holder.end() && out.scopes.empty()) out.scopes = scope_list(*found);
    }
  };
  take(server.value());
  for (const char* name : {"oauth", "auth"}) {
    const auto oauth = TRY(server.find(name));
    if (!oauth || !oauth->is_object()) continue;
    out.authenticated = true;
    take(oauth->value());
  }
  out.authenticated = out.authenticated || !out.scopes.empty();
  return {};
}

Result<void> read_place(const json::Field& server, Server& out) {
  std::optional<std::string> url;
  for (const char* name : {"url", "serverUrl", "httpUrl"}) {
    if (!url) url = TRY(server.optional_string(name));
  }
  const auto command = TRY(server.optional_string("command"));
  if (url && command) return server.error("has a command and a URL: it is one or the other");
  if (!url && !command) return server.error("has neither a command nor a URL");
  auto type = TRY(server.optional_string("type"));
  if (!type) type = TRY(server.optional_string("transport"));
  if (url) {
    auto endpoint = safe_endpoint(*url);
    if (!endpoint) return std::move(endpoint).error().with(server.path());
    out.endpoint = endpoint.take();
    out.transport = type && lower_ascii(*type) == "sse" ? "sse" : "http";
    out.headers = TRY(member_names(server, "headers"));
    out.authenticated = std::any_of(out.headers.begin(), out.headers.end(), names_a_secret);
    return {};
  }
  out.transport = "stdio";
  out.command = *command;
  std::string before;
  for (const auto& argument : TRY(server.optional_strings("args"))) {
    out.arguments.push_back(safe_argument(before, argument));
    before = argument;
  }
  out.environment = TRY(member_names(server, "env"));
  return {};
}

}  // namespace

Result<std::vector<Server>> read_config(const Json& config) {
  const json::Field root(config);
  auto list = TRY(root.find("mcpServers"));
  if (!list) list = TRY(root.at("servers"));
  std::vector<Server> out;
  for (const auto& [name, server] : TRY(list->members())) {
    if (!server.is_object()) return server.error("expected an object");
    if (name.empty() || name.size() > limits::kNameBytes)
      return server.error("the name of a server is empty or over the limit");
    // Hosts do not start it, so that the agent can't reach it.
    if (TRY(server.optional_boolean("disabled")).value_or(false)) continue;
    Server each;
    each.name = name;
    TRY(read_place(server, each));
    TRY(read_scopes(server, each));
    out.push_back(std::move(each));
    if (out.size() > limits::kServers) {
      return Error(ErrorKind::too_large,
                   "more than the limit of " + std::to_string(limits::kServers) + " servers");
    }
  }
  return out;
}

}  // namespace mpk::agent
