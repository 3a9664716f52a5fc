// Which OpenSSL is in use.
#include "crypto/library.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace mpk::crypto {
void leave_memory_at_exit() {
  static_cast<void>(OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr));
  static_cast<void>(RAND_set_DRBG_type(nullptr, "HASH-DRBG", nullptr, nullptr, "SHA256"));
}

std::string library_version() { return OpenSSL_version(OPENSSL_VERSION); }
}  // namespace mpk::crypto
