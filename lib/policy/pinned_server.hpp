// An MCP server that an accepted aiBOM pins, as far as who wires one in has to be held to it.
#pragma once

#include "json/value.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::policy {

struct PinnedServer {
  std::string name;
  std::string endpoint;                           // empty: none is pinned
  std::optional<std::vector<std::string>> tools;  // names; nullopt: nobody asked
};

/// Those of a valid aiBOM; nullopt: its pins can't be believed (agent/pins.hpp).
std::optional<std::vector<PinnedServer>> pinned_servers(const Json& bom);

}  // namespace mpk::policy
