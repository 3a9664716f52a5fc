// NaCl's secretbox by libsodium; OpenSSL has no XSalsa20.
#include "crypto/secretbox.hpp"

#include "base/shared_library.hpp"

#include <sodium/core.h>
#include <sodium/crypto_secretbox.h>

#include <string>

namespace mpk::crypto {
namespace {

static_assert(kSecretboxKey == crypto_secretbox_KEYBYTES);
static_assert(kSecretboxNonce == crypto_secretbox_NONCEBYTES);
static_assert(kSecretboxOverhead == crypto_secretbox_MACBYTES);

#define MPK_SODIUM_FUNCTIONS(F) \
  F(sodium_init)                \
  F(crypto_secretbox_easy)      \
  F(crypto_secretbox_open_easy)

MPK_LIBRARY_TABLE(SodiumLibrary, MPK_SODIUM_FUNCTIONS);

SodiumLibrary sodium;

// Only cosign's encrypted keys need it.
Result<void> load_sodium() {
  static const Result<void> loaded = SharedLibrary::load("libsodium.so.23", sodium);
  return loaded;
}

Result<void> prepare(BytesView nonce, BytesView key) {
  TRY(load_sodium());
  if (sodium.sodium_init() < 0) return Error{ErrorKind::internal, "libsodium cannot be started"};
  if (key.size() != kSecretboxKey) {
    return Error{ErrorKind::internal, "secretbox: the key has another size than 32 bytes"};
  }
  if (nonce.size() != kSecretboxNonce) {
    return Error{ErrorKind::malformed,
                 "secretbox: expected a nonce of 24 bytes, found " + std::to_string(nonce.size())};
  }
  return {};
}

}  // namespace

Result<Bytes> secretbox_open(BytesView box, BytesView nonce, BytesView key) {
  TRY(prepare(nonce, key));
  if (box.size() < kSecretboxOverhead) {
    return Error{ErrorKind::malformed,
                 "secretbox: expected at least 16 bytes, found " + std::to_string(box.size())};
  }
  Bytes message(box.size() - kSecretboxOverhead);
  if (sodium.crypto_secretbox_open_easy(message.data(), box.data(), box.size(), nonce.data(),
                                        key.data()) != 0) {
    return Error{ErrorKind::untrusted, "secretbox: another key, or a changed box"};
  }
  return message;
}

Result<Bytes> secretbox_seal(BytesView message, BytesView nonce, BytesView key) {
  TRY(prepare(nonce, key));
  Bytes box(message.size() + kSecretboxOverhead);
  sodium.crypto_secretbox_easy(box.data(), message.data(), message.size(), nonce.data(),
                               key.data());
  return box;
}

}  // namespace mpk::crypto
