// Server: what an MCP server offers an agent, as values: tools, prompts, hints, scopes, where it
// is.
#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"
#include "json/value.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::agent {

/// Of an MCP tool's annotations, with the specification's defaults where one is not said.
struct Hints {
  bool read_only = false, destructive = true, idempotent = false, open_world = true;
  bool operator==(const Hints&) const = default;
};

/// The members of a tool that are pinned: what a model and a person are shown, and what a call must
/// look like. Icons, _meta and whatever else a server adds are not part of it.
inline constexpr std::string_view kDefinitionMembers[] = {
    "name", "title", "description", "inputSchema", "outputSchema", "annotations"};

struct Tool {
  std::string name;
  std::optional<Json> definition;   // none: an aiBOM of another tool that has only the digest
  Digest digest;                    // SHA-256 of the definition's JCS (RFC 8785)
  Hints hints;                      // of the definition
  std::vector<std::string> scopes;  // OAuth scopes that a call needs; sorted, unique
};

struct Prompt {
  std::string name, title, description;
  Digest digest;  // SHA-256 of the JCS of name, title, description, arguments
};

struct Server {
  std::string name;       // that it is pinned under
  std::string said_name;  // that it gives itself; empty: not known
  std::string version;    // empty: not known
  std::optional<std::string> instructions;
  std::string endpoint;                           // without userinfo and query; empty: none known
  std::string transport;                          // "stdio", "http", "sse" or empty: not known
  std::string command;                            // as configured; recorded, never run
  std::vector<std::string> arguments;             // likewise; what looks secret is replaced
  std::vector<std::string> environment, headers;  // names only
  std::vector<std::string> scopes;                // sorted, unique
  std::optional<std::vector<Tool>> tools;         // sorted by name; none: nobody asked
  std::optional<std::vector<Prompt>> prompts;     // likewise
  bool authenticated = false;                     // a credential is configured, or scopes are
};

/// One item of a `tools/list` result. malformed: no name, a member of the wrong type, a number that
/// JSON can't canonicalize; too_large: a name over the limit.
Result<Tool> read_tool(const Json& item, const std::string& path);
/// From a pinned definition: the digest is computed anew.
Result<Tool> tool_of(Json definition);
/// One item of a `prompts/list` result.
Result<Prompt> read_prompt(const Json& item, const std::string& path);

/// Sorted by name. malformed: two of one name.
Result<void> sort_tools(std::vector<Tool>& tools);
Result<void> sort_prompts(std::vector<Prompt>& prompts);

/// "https://host/path" of a URL that may hold secrets. malformed: no http or https URL.
Result<std::string> safe_endpoint(const std::string& url);

/// "mcp:NAME" and "mcp:NAME/TOOL": bom-refs; names come from outside and may hold the separators.
std::string server_ref(std::string_view name);
std::string tool_ref(std::string_view server, std::string_view tool);

/// Trims, sorts, removes repeats; a text is split at white space (RFC 6749 §3.3).
std::vector<std::string> scope_list(const Json& value);

}  // namespace mpk::agent
