// Where a live MCP server is: --url with its credential, or a command after "--".
#pragma once

#include "agent/server.hpp"
#include "base/result.hpp"
#include "option_set.hpp"
#include "session.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mpk::cli {

struct McpSource {
  std::optional<std::string> url, token, timeout;
  std::vector<std::string> command;
  void add_to(OptionSet& set);
  bool given() const { return url.has_value() || !command.empty(); }
  /// usage: both, a token without a URL, a time-out that is none.
  Result<void> check() const;
  /// Asks the server. After check().
  Result<agent::Server> ask(Session& session) const;
};

/// Whatever kept mpk from asking a server, as an error of the exit code 3: nobody knows what it
/// offers. Wrong usage and an interruption stay what they are.
Error could_not_ask(Error error);

/// "NAME=FILE", where NAME has no slash, or FILE; - is standard input. The name is empty when none
/// is given.
std::pair<std::string, std::string> named_file(const std::string& text);

}  // namespace mpk::cli
