// Which OpenSSL is in use.
#include "crypto/library.hpp"

#include <openssl/crypto.h>

namespace mpk::crypto {
void leave_memory_at_exit() {
  static_cast<void>(OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr));
}

std::string library_version() { return OpenSSL_version(OPENSSL_VERSION); }
}  // namespace mpk::crypto
