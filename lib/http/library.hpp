// Which libcurl is in use.
#pragma once

#include <string>

namespace mpk::http {
/// "libcurl/7.88.1 OpenSSL/3.0.22 …"
std::string library_version();
}  // namespace mpk::http
