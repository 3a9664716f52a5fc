// Randomness from OpenSSL's generator.
#include "crypto/random.hpp"

#include "crypto/openssl.hpp"

#include <openssl/rand.h>

#include <stdexcept>

namespace mpk::crypto {

Bytes SystemRandom::bytes(std::size_t count) {
  Bytes out(count);
  if (RAND_bytes_ex(nullptr, out.data(), count, 0) != 1) {
    throw std::runtime_error(
        openssl_error(ErrorKind::internal, "random generator has failed").text());
  }
  return out;
}

}  // namespace mpk::crypto
