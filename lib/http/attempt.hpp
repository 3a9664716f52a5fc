// Attempt: one try of one request, below the retries; Sender: what makes it.
#pragma once

#include "base/log.hpp"
#include "base/result.hpp"
#include "http/message.hpp"

#include <chrono>
#include <string>

namespace mpk::http {

struct Attempt {
  Result<Response> result;
  bool sent = true;    // false: not a byte of the request left
  bool final = false;  // another try would bring the same
};

/// "status 503", or the error's text without secrets.
std::string outcome_text(const Attempt& attempt);
/// Method, redacted target, outcome and time, at level debug.
void log_attempt(const Logger& logger, const Request& request, const Attempt& attempt,
                 std::chrono::steady_clock::duration time);

/// Thread-safe, as Transport is.
class Sender {
 public:
  virtual ~Sender() = default;
  /// The request's body is read from where it stands; whoever sends again rewinds it.
  virtual Attempt send_once(const Request& request) = 0;
};

}  // namespace mpk::http
