// OpenSSL's error queue, digests and memory BIOs in mpk's terms.
#include "crypto/openssl.hpp"

#include <openssl/err.h>

#include <stdexcept>
#include <string>

namespace mpk::crypto {

Error openssl_error(ErrorKind kind, std::string_view what) {
  // The oldest entry is the cause; what follows is how the callers gave up on it.
  const unsigned long cause = ERR_get_error();
  ERR_clear_error();
  std::string message(what);
  const char* reason = cause == 0 ? nullptr : ERR_reason_error_string(cause);
  if (reason != nullptr) message.append(" (").append(reason).append(")");
  return Error{kind, std::move(message)};
}

namespace {

const EVP_MD* fetch(const char* name) {
  EVP_MD* digest = EVP_MD_fetch(nullptr, name, nullptr);
  if (digest == nullptr) {
    throw std::runtime_error(openssl_error(ErrorKind::internal, name).text());
  }
  return digest;
}

}  // namespace

const EVP_MD* openssl_digest(DigestAlgorithm algorithm) {
  // Never freed: threads may hash until the process is gone.
  switch (algorithm) {
    case DigestAlgorithm::sha384: {
      static const EVP_MD* const digest = fetch("SHA384");
      return digest;
    }
    case DigestAlgorithm::sha512: {
      static const EVP_MD* const digest = fetch("SHA512");
      return digest;
    }
    case DigestAlgorithm::sha256:
      break;
  }
  static const EVP_MD* const digest = fetch("SHA256");
  return digest;
}

Bytes bio_bytes(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, data + size};
}

}  // namespace mpk::crypto
