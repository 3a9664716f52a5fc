// Documents: captured answers told from configurations by their members.
#include "agent/document.hpp"

#include "agent/gathering.hpp"
#include "agent/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "json/parse.hpp"
#include "json/path.hpp"
#include "json/read.hpp"

#include <utility>

namespace mpk::agent {
namespace {

bool is_config(const Json& document) {
  if (!document.is_object()) return false;
  for (const char* name : {"mcpServers", "servers"}) {
    const auto found = document.find(name);
    if (found != document.end() && found->is_object()) return true;
  }
  return false;
}

// The result of a JSON-RPC response, or the object itself; null: a message that answers nothing.
Result<const Json*> result_of(const json::Field& message) {
  if (!message.is_object()) return message.error("expected an object");
  const Json& value = message.value();
  if (!value.contains("jsonrpc")) return &value;
  if (TRY(message.string("jsonrpc")) != "2.0")
    return message.error("jsonrpc is not \"2.0\", no JSON-RPC that MCP speaks");
  if (const auto error = TRY(message.find("error"))) {
    return message.error("the server answered with an error: " +
                         printable(TRY(error->optional_string("message")).value_or("?"), 120));
  }
  if (!value.contains("result")) return static_cast<const Json*>(nullptr);
  const auto result = TRY(message.at("result"));
  if (!result.is_object()) return result.error("expected an object");
  return &result.value();
}

Result<bool> take(Gathering& gathering, const Json& result) {
  if (result.contains("tools")) {
    // The capabilities of an initialize result have a member of this name, one level below.
    TRY(gathering.tools(result));
    return true;
  }
  if (result.contains("prompts")) {
    TRY(gathering.prompts(result));
    return true;
  }
  if (!result.contains("serverInfo") && !result.contains("supportedVersions")) return false;
  TRY(gathering.info(result));
  return true;
}

std::vector<json::Field> messages_of(const Json& document) {
  std::vector<json::Field> out;
  if (!document.is_array()) return {json::Field(document)};
  for (std::size_t i = 0; i < document.size(); ++i)
    out.emplace_back(document[i], json::item_path("$", i));
  return out;
}

Result<Gathering> gather(const Json& document) {
  Gathering gathering;
  bool any = false;
  for (const auto& message : messages_of(document)) {
    const auto* result = TRY(result_of(message));
    if (result == nullptr) continue;
    auto taken = take(gathering, *result);
    if (!taken) {
      if (message.path() == "$") return taken.error();
      return std::move(taken).error().with(message.path());
    }
    any = any || *taken;
  }
  if (!any) {
    return Error(ErrorKind::malformed, "neither an MCP answer nor an mcp.json",
                 "expected the result of tools/list, or an object with \"mcpServers\"");
  }
  return gathering;
}

Result<Json> parse(std::string_view text) {
  return json::parse(text, {.max_bytes = limits::kList});
}

}  // namespace

Result<std::vector<Server>> read_document(std::string_view text, const std::string& name,
                                          const std::string& otherwise) {
  const auto document = TRY(parse(text));
  if (is_config(document)) {
    auto servers = TRY(read_config(document));
    if (name.empty()) return servers;
    if (servers.size() != 1) {
      return Error(ErrorKind::usage, "an mcp.json names its servers itself, and has " +
                                         std::to_string(servers.size()) + ": " +
                                         printable(name, 60) + " can't name them");
    }
    servers.front().name = name;
    return servers;
  }
  auto gathering = TRY(gather(document));
  const auto& said = gathering.said_name();
  auto chosen = !name.empty() ? name : !said.empty() ? said : otherwise;
  std::vector<Server> out;
  out.push_back(TRY(gathering.finish(std::move(chosen))));
  return out;
}

Result<std::vector<Prompt>> read_prompts(std::string_view text, const std::string& otherwise) {
  // A template may be any text, JSON too: only what has prompts of MCP's form is a list of them.
  auto document = parse(text);
  if (document) {
    const auto messages = messages_of(*document);
    bool all = !messages.empty();
    for (const auto& message : messages) {
      const auto result = result_of(message);
      all = all && result && *result != nullptr && (*result)->contains("prompts");
    }
    if (all) {
      auto server = TRY(TRY(gather(*document)).finish({}));
      return *std::move(server.prompts);
    }
  }
  if (!is_valid_utf8(text)) return Error(ErrorKind::malformed, "not UTF-8 text");
  std::vector<Prompt> out;
  out.push_back(
      {.name = otherwise, .title = {}, .description = {}, .digest = crypto::sha256(text)});
  return out;
}

}  // namespace mpk::agent
