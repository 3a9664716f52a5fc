// The OpenSSL in use, and its state at both ends of a process.
#pragma once

#include <string>
#include <thread>

namespace mpk::crypto {

/// "OpenSSL 3.0.22 …"
std::string library_version();

/// For a program that ends without its destructors, before anything else of crypto/: OpenSSL leaves
/// its memory to the kernel, and its random bytes come from HASH-DRBG unless openssl.cnf says else.
void set_up_library();

/// Begins what OpenSSL does when it is first used, on a thread of its own.
std::jthread prepare_library();

}  // namespace mpk::crypto
