// Compare: a live server against its pins; every kind of change has a code of its own.
#pragma once

#include "agent/server.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::agent {

struct Detail {
  std::string label;  // "before", "after", a JSON Pointer, …
  std::string text;   // raw: whoever prints it makes it safe
};

struct Change {
  std::string code;     // "tool-added", …: stable, docs/agents.md lists them
  std::string subject;  // the tool, prompt or server; raw
  std::string message;  // what happened, made printable
  std::vector<Detail> details;
};

/// Empty: the server is what was pinned. In a stable order: the server, tools by name, prompts by
/// name. What one side does not know (the version of a captured list, the tools of an mcp.json) is
/// not compared; `live.tools` and `pinned.tools` must be known.
std::vector<Change> compare(const Server& pinned, const Server& live);

/// The part of two texts around their first difference, each at most `width` bytes and printable.
std::pair<std::string, std::string> excerpts(std::string_view before, std::string_view after,
                                             std::size_t width = 100);

}  // namespace mpk::agent
