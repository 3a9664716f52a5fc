// Channel: how JSON-RPC messages get to an MCP server and back.
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace mpk::agent {

using Time = std::chrono::steady_clock::time_point;

/// One conversation with one server. Not thread-safe.
class Channel {
 public:
  Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  virtual ~Channel() = default;

  /// Sends a request and brings its response: an object with the request's id, and a result or an
  /// error. timeout: none by `until`; network: the server is gone; malformed: no JSON-RPC;
  /// not_found: an answer that says that this is no such server (HTTP 4xx); unauthorized, denied;
  /// too_large.
  virtual Result<Json> call(const Json& request, Time until) = 0;
  virtual Result<void> notify(const Json& notification, Time until) = 0;
  /// A server that ended because of a message it did not know is started again.
  virtual Result<void> restart() = 0;
  /// The protocol version that was agreed on; every later message carries it.
  virtual void use_version(const std::string& version) = 0;
  /// Says good-bye, politely and shortly. The conversation is over.
  virtual void close() = 0;

 protected:
  /// A message that arrived, within the limits of one and of all together.
  Result<Json> parse_message(std::string_view text);
  /// Whether it is the response to `request`; false: a notification or a request of the server.
  /// malformed: the response to something else, no JSON-RPC 2.0.
  static Result<bool> answers(const Json& message, const Json& request);

 private:
  std::size_t received_ = 0;
};

}  // namespace mpk::agent
