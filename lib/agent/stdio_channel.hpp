// MCP's stdio transport: a server that is a child of ours.
#pragma once

#include "agent/channel.hpp"
#include "base/parallel.hpp"

#include <memory>
#include <string>
#include <vector>

namespace mpk::agent {

/// Starts `argv`, which comes from the command line and from no document. not_found, io. What the
/// server wrote to standard error is in the hint of errors.
Result<std::unique_ptr<Channel>> open_stdio(const std::vector<std::string>& argv,
                                            CancelToken cancel);

}  // namespace mpk::agent
