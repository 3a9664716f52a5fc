// What changed in a tool server, as text and as JSON.
#pragma once

#include "agent/compare.hpp"
#include "agent/server.hpp"
#include "json/value.hpp"

#include <string>
#include <vector>

namespace mpk::cli {

/// One block a change, the outcome last. Escaped for a terminal.
std::string agent_changes_text(const agent::Server& pinned,
                               const std::vector<agent::Change>& changes);
/// As mpk-agent-verify(1) documents it.
Json agent_changes_json(const std::string& aibom, const agent::Server& pinned,
                        const std::vector<agent::Change>& changes);

}  // namespace mpk::cli
