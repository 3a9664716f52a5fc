// Pins: what an agent may use, in a CycloneDX document as services and data components.
#pragma once

#include "agent/card.hpp"
#include "agent/server.hpp"
#include "base/result.hpp"
#include "json/value.hpp"

#include <string>
#include <vector>

namespace mpk::agent {

struct PinInput {
  std::vector<Server> servers;
  std::vector<Prompt> templates;  // of no server: system prompts
  std::vector<Card> cards;
};

/// Several documents about one server become one. usage: two of them list its tools (or prompts).
Result<std::vector<Server>> merge_servers(std::vector<Server> servers);

/// The document with the pins; what was pinned under the same names before is replaced, everything
/// else stays. The same input gives the same document, also over its own result. The component that
/// the document is about depends on the services. Proven valid (aibom/validate) before it is
/// returned. malformed: no such component, or not valid before; unsupported: a document with a
/// signature inside, which pins would break.
Result<Json> pin(Json bom, const PinInput& input);

/// The MCP servers that are pinned in a document, sorted by name. malformed: a pin whose digest is
/// not that of its definition, two of one name.
Result<std::vector<Server>> read_pins(const Json& bom);

}  // namespace mpk::agent
