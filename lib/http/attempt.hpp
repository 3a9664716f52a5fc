// Attempt: one try of one request, below the retries; Sender: what makes it.
#pragma once

#include "base/result.hpp"
#include "http/message.hpp"

namespace mpk::http {

struct Attempt {
  Result<Response> result;
  bool sent = true;    // false: not a byte of the request left
  bool final = false;  // another try would bring the same
};

/// Thread-safe, as Transport is.
class Sender {
 public:
  virtual ~Sender() = default;
  /// The request's body is read from where it stands; whoever sends again rewinds it.
  virtual Attempt send_once(const Request& request) = 0;
};

}  // namespace mpk::http
