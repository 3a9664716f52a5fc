// An MCP server that an accepted aiBOM pins, as far as who wires one in has to be held to it.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mpk::policy {

struct PinnedServer {
  std::string name;
  std::string endpoint;                           // empty: none is pinned
  std::optional<std::vector<std::string>> tools;  // names; nullopt: nobody asked
};

}  // namespace mpk::policy
