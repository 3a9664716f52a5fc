// Tests of keys and signatures in parts: put together they are what the whole was.
#include "crypto/key_parts.hpp"

#include "base/bytes.hpp"
#include "base/encoding.hpp"
#include "crypto/hash.hpp"

#include <doctest/doctest.h>
#include <openssl/err.h>

#include <ostream>

using namespace mpk;
using namespace mpk::crypto;

namespace {

Bytes tail(const Bytes& bytes, std::size_t size) {
  return {bytes.end() - static_cast<std::ptrdiff_t>(size), bytes.end()};
}

Bytes wrapped(const Bytes& point) {
  Bytes out = {0x04};
  if (point.size() > 127) out.push_back(0x81);
  out.push_back(static_cast<std::uint8_t>(point.size()));
  out.insert(out.end(), point.begin(), point.end());
  return out;
}

}  // namespace

TEST_CASE("DigestInfo is that of RFC 8017 §9.2") {
  CHECK(hex_encode(digest_info(sha256("m"))) ==
        "3031300d060960864801650304020105000420" + sha256("m").hex());
  const Digest sha512 = hash(DigestAlgorithm::sha512, as_bytes("m"));
  CHECK(hex_encode(digest_info(sha512)) == "3051300d060960864801650304020305000440" + sha512.hex());
}

TEST_CASE("a raw ECDSA signature becomes DER, with a zero before a high bit") {
  CHECK(hex_encode(ecdsa_der(hex_decode("0001ff02").value()).value()) == "3008020101020300ff02");
  CHECK(ecdsa_der(Bytes(132, 1)));
  for (const std::size_t size : {0U, 1U, 65U, 134U}) {
    CHECK(ecdsa_der(Bytes(size, 1)).error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("a point and its curve become the key that they are from, wrapped or not") {
  struct Case {
    KeyType type;
    std::string_view parameters;
    std::size_t size;
  };
  for (const Case& c :
       {Case{KeyType::ecdsa_p256, "06082a8648ce3d030107", 65},
        Case{KeyType::ecdsa_p384, "06052b81040022", 97},
        Case{KeyType::ecdsa_p521, "06052b81040023", 133}, Case{KeyType::ed25519, "06032b6570", 32},
        Case{KeyType::ed25519, "130c656477617264733235353139", 32}}) {
    CAPTURE(to_string(c.type));
    const PublicKey key = PrivateKey::generate(c.type).value().public_key();
    const Bytes parameters = hex_decode(c.parameters).value();
    const Bytes point = tail(key.spki(), c.size);
    CHECK(public_key_from_point(parameters, point).value() == key);
    CHECK(public_key_from_point(parameters, wrapped(point)).value() == key);
    const Bytes shorter(point.begin(), point.end() - 1);
    CHECK(public_key_from_point(parameters, shorter).error().kind() == ErrorKind::malformed);
    CHECK(ERR_peek_error() == 0);
  }
  const PublicKey key = PrivateKey::generate(KeyType::ecdsa_p256).value().public_key();
  // secp256k1, and a SEQUENCE as of explicit parameters
  for (const char* parameters : {"06052b8104000a", "3000"}) {
    const auto refused =
        public_key_from_point(hex_decode(parameters).value(), tail(key.spki(), 65));
    CHECK(refused.error().kind() == ErrorKind::unsupported);
  }
}

TEST_CASE("a bare point that looks like a wrapped one is a point") {
  constexpr std::uint8_t kLength = 63;  // what follows: 04 LENGTH would be an OCTET STRING's head
  const Bytes parameters = hex_decode("06082a8648ce3d030107").value();
  for (;;) {
    const PublicKey key = PrivateKey::generate(KeyType::ecdsa_p256).value().public_key();
    const Bytes point = tail(key.spki(), 65);
    if (point.at(1) != kLength) continue;
    CHECK(public_key_from_point(parameters, point).value() == key);
    CHECK(public_key_from_point(parameters, wrapped(point)).value() == key);
    return;
  }
}

TEST_CASE("a modulus and an exponent become an RSA key, a short one does not") {
  const PublicKey key = PrivateKey::generate(KeyType::rsa).value().public_key();
  // RFC 3279 §2.3.1: … SEQUENCE { INTEGER 00 modulus, INTEGER 65537 } at the end.
  const Bytes modulus(key.spki().end() - 261, key.spki().end() - 5);
  const Bytes exponent = {1, 0, 1};
  CHECK(public_key_from_rsa(modulus, exponent).value() == key);
  const Bytes half(modulus.begin(), modulus.begin() + 128);
  CHECK(public_key_from_rsa(half, exponent).error().kind() == ErrorKind::unsupported);
  CHECK_FALSE(public_key_from_rsa({}, {}));
}

TEST_CASE("a private key signs a digest as it signs the message") {
  for (const KeyType type :
       {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521, KeyType::rsa}) {
    const PrivateKey key = PrivateKey::generate(type).value();
    const Digest digest = hash(default_hash(type), as_bytes("message"));
    const Bytes signature = key.sign_digest(digest).value();
    CHECK(key.public_key().verify(as_bytes("message"), signature));
    CHECK_FALSE(key.public_key().verify(as_bytes("massage"), signature));
  }
  const PrivateKey key = PrivateKey::generate(KeyType::ed25519).value();
  CHECK(key.sign_digest(sha256("m")).error().kind() == ErrorKind::unsupported);
}
