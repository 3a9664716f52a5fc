// The MCP servers that an aiBOM pins, by name, address and tools.
#include "policy/pinned_server.hpp"

#include "agent/pins.hpp"

#include <utility>

namespace mpk::policy {

std::optional<std::vector<PinnedServer>> pinned_servers(const Json& bom) {
  auto pins = agent::read_pins(bom);
  if (!pins) return std::nullopt;
  std::vector<PinnedServer> out;
  for (auto& server : *pins) {
    PinnedServer each{.name = std::move(server.name), .endpoint = std::move(server.endpoint)};
    if (server.tools) {
      each.tools.emplace();
      for (auto& tool : *server.tools) each.tools->push_back(std::move(tool.name));
    }
    out.push_back(std::move(each));
  }
  return out;
}

}  // namespace mpk::policy
