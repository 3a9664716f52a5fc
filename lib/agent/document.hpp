// The documents that name MCP servers and their tools: captured answers and mcp.json.
#pragma once

#include "agent/server.hpp"
#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::agent {

/// What a file says about MCP servers: either
/// - answers: the result of tools/list (or the whole JSON-RPC response), or an array of such; those
///   of initialize, server/discover and prompts/list may be among them; or
/// - an mcp.json ("mcpServers", or VS Code's "servers"): commands and URLs, without tools.
///
/// `name`: what the server of the answers is called; empty: what it calls itself, else `otherwise`.
/// An mcp.json names its servers itself. malformed, too_large; usage: a name for an mcp.json of
/// several servers.
Result<std::vector<Server>> read_document(std::string_view text, const std::string& name,
                                          const std::string& otherwise);

/// The prompts of a file: a prompts/list (or an array of its pages); or else a template or system
/// prompt as it is, called `otherwise`.
Result<std::vector<Prompt>> read_prompts(std::string_view text, const std::string& otherwise);

/// The servers of an mcp.json. Internal to agent/.
Result<std::vector<Server>> read_config(const Json& config);

}  // namespace mpk::agent
