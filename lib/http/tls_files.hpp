// The certificates that are trusted for a host which brings some of its own.
#pragma once

#include "base/result.hpp"

#include <string>

namespace mpk::http {

/// `more` (PEM) after what is trusted anyway: the file that SSL_CERT_FILE names, or else
/// `usual_file` (may be null; one that is not there is none).
Result<std::string> with_usual_authorities(const std::string& more, const char* usual_file);

}  // namespace mpk::http
