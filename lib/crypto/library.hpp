// Which OpenSSL is in use.
#pragma once

#include <string>

namespace mpk::crypto {
/// "OpenSSL 3.0.22 …"
std::string library_version();
}  // namespace mpk::crypto
