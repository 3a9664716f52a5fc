// MCP servers that a Kubernetes object wires an agent to, wherever they stand in it.
#pragma once

#include "json/value.hpp"
#include "policy/pinned_server.hpp"

#include <compare>
#include <string>
#include <vector>

namespace mpk::admit {

struct WiredServer {
  std::string pointer;             // JSON Pointer to where it stands
  std::string name;                // empty: only its address is known
  std::string endpoint;            // without userinfo and query; empty: only its name is known
  std::vector<std::string> tools;  // that the agent may call; empty: all
  std::string problem;             // why it can't be read; then only `pointer` is set

  auto operator<=>(const WiredServer&) const = default;
};

/// In document order (docs/admission.md, "MCP servers"): texts with "mcpServers" (mcp.json, also as
/// YAML and in base64), environment variables and arguments that are about MCP and name a URL,
/// `mcpServer` of agents, and kinds that are servers themselves. One that can't be read is an entry
/// with a problem. Total; linear time but for the texts that are parsed.
std::vector<WiredServer> wired_servers(const Json& object);

/// Empty: pinned, by its endpoint where that is known, else by its name. Else why not: "no pin has
/// its address".
std::string not_pinned(const WiredServer& server, const std::vector<policy::PinnedServer>& pins);

}  // namespace mpk::admit
