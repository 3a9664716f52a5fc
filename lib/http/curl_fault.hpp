// Fault: how a transfer failed, in libcurl's terms, and the Error that people get to read.
#pragma once

#include "base/error.hpp"

#include <string>

namespace mpk::http {

struct Fault {
  int code = 0;            // a CURLcode
  std::string host;        // host or host:port
  std::string said;        // CURLOPT_ERRORBUFFER; may be empty
  long os_error = 0;       // errno of a failed connect
  bool connected = false;  // a timeout came after the connection was made
  unsigned seconds = 0;    // the limit of a timeout
};

/// Each with a hint where there is something to do. A certificate that is refused is of kind
/// network: nothing was decided about the artifact.
Error error_of(const Fault& fault);

/// Another try would end the same.
bool is_lasting(int code);

}  // namespace mpk::http
