// The OpenSSL in use, and its state at both ends of a process.
#include "crypto/library.hpp"

#include "base/background.hpp"
#include "crypto/openssl.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace mpk::crypto {

std::string library_version() { return OpenSSL_version(OPENSSL_VERSION); }

void set_up_library() {
  static_cast<void>(OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr));
  // As good (NIST SP 800-90A) as OpenSSL's own choice, CTR-DRBG, for which it looks up each cipher.
  static_cast<void>(RAND_set_DRBG_type(nullptr, "HASH-DRBG", nullptr, nullptr, "SHA256"));
}

std::jthread prepare_library() {
  return begin_early([] { static_cast<void>(openssl_digest(DigestAlgorithm::sha256)); });
}

}  // namespace mpk::crypto
