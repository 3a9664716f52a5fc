// Tests of encrypted PKCS#8; OpenSSL's own files are in testdata/keys and read in lib/keys.
#include "crypto/key.hpp"
#include "crypto/pem.hpp"
#include "crypto/secret.hpp"

#include <doctest/doctest.h>
#include <openssl/err.h>

#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::crypto;

TEST_CASE("a key of every type is sealed and opens with its password only") {
  for (const KeyType type : {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521,
                             KeyType::rsa, KeyType::ed25519}) {
    CAPTURE(to_string(type));
    const PrivateKey key = PrivateKey::generate(type).value();
    const std::string pem = key.encrypted_pem("secret").value();
    CHECK(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    CHECK(PrivateKey::from_pem(pem).error().kind() == ErrorKind::unsupported);
    const PemBlock block = read_pem(pem).value().front();
    CHECK(PrivateKey::from_encrypted_pkcs8(block.der, "secret").value().public_key() ==
          key.public_key());
    const auto refused = PrivateKey::from_encrypted_pkcs8(block.der, "Secret");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::usage);
    CHECK(ERR_peek_error() == 0);
  }
}

TEST_CASE("what is no encrypted PKCS#8 is malformed, and plain PKCS#8 reads in full") {
  const PrivateKey key = PrivateKey::generate(KeyType::ecdsa_p256).value();
  CHECK(PrivateKey::from_pkcs8(key.pkcs8()).value().public_key() == key.public_key());
  Bytes longer = key.pkcs8();
  longer.push_back(0);
  CHECK(PrivateKey::from_pkcs8(longer).error().kind() == ErrorKind::malformed);
  CHECK(PrivateKey::from_encrypted_pkcs8(key.pkcs8(), "").error().kind() == ErrorKind::malformed);
  CHECK(PrivateKey::from_encrypted_pkcs8({}, "").error().kind() == ErrorKind::malformed);
}

TEST_CASE("an RSA key has the length that was asked for") {
  CHECK(PrivateKey::generate(KeyType::rsa, 3072).value().public_key().rsa_bits() == 3072);
}

TEST_CASE("a secret is empty when it was wiped or moved from") {
  std::string text = "secret";
  wipe(text);
  CHECK(text.empty());
  Secret<std::string> from(std::string("secret"));
  const Secret<std::string> to = std::move(from);
  CHECK(to.get() == "secret");
  CHECK(from.get().empty());
}
