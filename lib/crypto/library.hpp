// Which OpenSSL is in use.
#pragma once

#include <string>

namespace mpk::crypto {
/// "OpenSSL 3.0.22 …"
std::string library_version();

/// For a program that ends right after: OpenSSL leaves its memory to the kernel. Only before
/// anything else of crypto/.
void leave_memory_at_exit();
}  // namespace mpk::crypto
