// Tests of secretbox; that it is NaCl's is seen in lib/keys, on files that cosign wrote.
#include "crypto/secretbox.hpp"

#include "base/bytes.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::crypto;

TEST_CASE("a box opens with its key and nonce, unchanged, and with nothing else") {
  const Bytes key(kSecretboxKey, 1), nonce(kSecretboxNonce, 2), message = to_bytes("message");
  const Bytes box = secretbox_seal(message, nonce, key).value();
  CHECK(box.size() == message.size() + kSecretboxOverhead);
  CHECK(secretbox_open(box, nonce, key).value() == message);

  Bytes other_key = key, other_nonce = nonce;
  other_key.back() ^= 1;
  other_nonce.back() ^= 1;
  CHECK(secretbox_open(box, nonce, other_key).error().kind() == ErrorKind::untrusted);
  CHECK(secretbox_open(box, other_nonce, key).error().kind() == ErrorKind::untrusted);
  for (std::size_t at = 0; at < box.size(); ++at) {
    Bytes changed = box;
    changed[at] ^= 0x80;
    CHECK(secretbox_open(changed, nonce, key).error().kind() == ErrorKind::untrusted);
  }
}

TEST_CASE("keys, nonces and boxes of another size are refused") {
  const Bytes key(kSecretboxKey, 1), nonce(kSecretboxNonce, 2), box(kSecretboxOverhead, 0);
  CHECK(secretbox_open(Bytes(15), nonce, key).error().kind() == ErrorKind::malformed);
  CHECK(secretbox_open(box, Bytes(23), key).error().kind() == ErrorKind::malformed);
  CHECK(secretbox_open(box, nonce, Bytes(31)).error().kind() == ErrorKind::internal);
  CHECK_FALSE(secretbox_seal({}, Bytes(25), key));
  CHECK(secretbox_open(secretbox_seal({}, nonce, key).value(), nonce, key).value().empty());
}
