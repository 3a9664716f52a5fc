// MCP's Streamable HTTP transport, 2025-03-26 to 2026-07-28.
#pragma once

#include "agent/channel.hpp"
#include "base/url.hpp"
#include "http/transport.hpp"

#include <memory>
#include <string>

namespace mpk::agent {

/// `token`: sent as a bearer credential; empty: none. It meets this endpoint only: redirects are
/// not followed. usage: plain http to another host than this machine.
Result<std::unique_ptr<Channel>> open_http(http::Transport& transport, const std::string& url,
                                           std::string token);

}  // namespace mpk::agent
