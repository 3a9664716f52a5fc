// NaCl's secretbox by libsodium; OpenSSL has no XSalsa20.
#include "crypto/secretbox.hpp"

#include <sodium.h>

#include <string>

namespace mpk::crypto {
namespace {

static_assert(kSecretboxKey == crypto_secretbox_KEYBYTES);
static_assert(kSecretboxNonce == crypto_secretbox_NONCEBYTES);
static_assert(kSecretboxOverhead == crypto_secretbox_MACBYTES);

Result<void> prepare(BytesView nonce, BytesView key) {
  if (sodium_init() < 0) return Error{ErrorKind::internal, "libsodium cannot be started"};
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
  if (crypto_secretbox_open_easy(message.data(), box.data(), box.size(), nonce.data(),
                                 key.data()) != 0) {
    return Error{ErrorKind::untrusted, "secretbox: another key, or a changed box"};
  }
  return message;
}

Result<Bytes> secretbox_seal(BytesView message, BytesView nonce, BytesView key) {
  TRY(prepare(nonce, key));
  Bytes box(message.size() + kSecretboxOverhead);
  crypto_secretbox_easy(box.data(), message.data(), message.size(), nonce.data(), key.data());
  return box;
}

}  // namespace mpk::crypto
