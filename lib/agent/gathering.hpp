// Gathering: a server put together from the results of its answers, live or captured.
#pragma once

#include "agent/server.hpp"
#include "base/result.hpp"
#include "json/value.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>

namespace mpk::agent {

/// Not thread-safe. Everything it takes is the `result` of a JSON-RPC response of MCP 2024-11-05 to
/// 2026-07-28. Errors: malformed, too_large.
class Gathering {
 public:
  /// Of initialize or server/discover; or any result whose _meta names the server (2026-07-28).
  Result<void> info(const Json& result);
  /// A page of tools/list. The cursor of the next page, if there is one.
  Result<std::optional<std::string>> tools(const Json& result);
  /// A page of prompts/list.
  Result<std::optional<std::string>> prompts(const Json& result);
  /// malformed: a tool of a name that another has, a list that goes on.
  Result<Server> finish(std::string name);
  /// What the server calls itself; empty when it did not say.
  const std::string& said_name() const { return server_.said_name; }

 private:
  struct List {
    std::size_t pages = 0;
    std::optional<std::string> cursor;
    std::set<std::string> cursors;
  };
  Result<std::optional<std::string>> turn(List& list, const Json& result, std::string_view what);
  Server server_;
  List tool_list_, prompt_list_;
};

}  // namespace mpk::agent
