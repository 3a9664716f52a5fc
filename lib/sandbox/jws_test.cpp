// ES256 signatures in both forms.
#include "sandbox/jws.hpp"

#include "base/encoding.hpp"
#include "crypto/key.hpp"

#include <doctest/doctest.h>

#include <ostream>

namespace mpk::sandbox {
namespace {

TEST_CASE("real signatures survive the way to JWS and back") {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256).value();
  const Bytes message = to_bytes("header.payload");
  for (int i = 0; i < 100; ++i) {
    const Bytes der = key.sign(message).value();
    const Bytes raw = es256_from_der(der).value();
    REQUIRE(raw.size() == 64);
    REQUIRE(es256_to_der(raw).value() == der);
  }
}

TEST_CASE("a number with leading zeros or a top bit is padded as DER wants it") {
  const std::string zeros(62, '0');
  const auto raw = hex_decode(zeros + "01" + "80" + zeros).value();
  const auto der = es256_to_der(raw).value();
  CHECK(hex_encode(der) == "3026020101022100" + ("80" + zeros));
  CHECK(es256_from_der(der).value() == raw);
}

TEST_CASE("what is no P-256 signature is refused in either form") {
  for (const auto* hex : {"", "30", "3000", "3006020101", "300602010102010100", "3106020101020101",
                          "300602010102020101", "3004020102000000", "30050201010200"}) {
    CAPTURE(hex);
    CHECK_FALSE(es256_from_der(hex_decode(hex).value()).has_value());
  }
  CHECK(es256_from_der(hex_decode("3006020101020101").value()).has_value());
  CHECK_FALSE(es256_to_der(Bytes(63)).has_value());
  CHECK_FALSE(es256_to_der(Bytes(65)).has_value());
  CHECK(es256_to_der(Bytes(64)).has_value());
}

}  // namespace
}  // namespace mpk::sandbox
