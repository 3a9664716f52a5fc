// Which OpenSSL is in use.
#include "crypto/library.hpp"

#include <openssl/crypto.h>

namespace mpk::crypto {
std::string library_version() { return OpenSSL_version(OPENSSL_VERSION); }
}  // namespace mpk::crypto
