// The OpenSSL in use, and its state at both ends of a process.
#pragma once

#include <string>

namespace mpk::crypto {

/// "OpenSSL 3.0.22 …"
std::string library_version();

/// For a program that ends without its destructors, before anything else of crypto/: OpenSSL leaves
/// its memory to the kernel.
void set_up_library();

}  // namespace mpk::crypto
