// Ask: an MCP server for its tools and prompts, whichever revision of the protocol it speaks.
#pragma once

#include "agent/channel.hpp"
#include "agent/server.hpp"
#include "base/result.hpp"

#include <string>

namespace mpk::agent {

struct AskOptions {
  std::string client_version;     // of mpk
  unsigned timeout_seconds = 30;  // of the whole conversation
};

/// What the server says about itself, its tools and, where it has them, its prompts; all pages.
/// server/discover first (2026-07-28), then initialize (2025-11-25 to 2024-11-05). Nothing is
/// called. The server's name is empty. Errors of the channel; unsupported: no common version;
/// malformed: pages without end, two tools of one name, …
Result<Server> ask(Channel& channel, const AskOptions& options);

}  // namespace mpk::agent
