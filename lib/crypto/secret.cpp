// Secrets in memory: wiped by OPENSSL_cleanse.
#include "crypto/secret.hpp"

#include <openssl/crypto.h>

namespace mpk::crypto {

void wipe(std::string& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

void wipe(Bytes& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

}  // namespace mpk::crypto
