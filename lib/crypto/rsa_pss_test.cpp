// RSASSA-PSS: signatures of another program.
#include "crypto/rsa_pss.hpp"

#include "base/encoding.hpp"
#include "crypto/test_pss.hpp"

#include <doctest/doctest.h>

using namespace mpk;

TEST_CASE("a PSS signature holds with the salt that it was made with, and for its message only") {
  const auto key = crypto::PublicKey::from_pem(crypto::test::kPssKey).take();
  for (const char* hex : {crypto::test::kPssSalt32, crypto::test::kPssSalt222}) {
    auto signature = hex_decode(hex).take();
    CHECK(crypto::verify_rsa_pss(key, as_bytes("mpk"), signature, DigestAlgorithm::sha256));
    CHECK(crypto::verify_rsa_pss(key, as_bytes("mpk!"), signature, DigestAlgorithm::sha256)
              .error()
              .kind() == ErrorKind::untrusted);
    CHECK_FALSE(crypto::verify_rsa_pss(key, as_bytes("mpk"), signature, DigestAlgorithm::sha512));
    signature.back() ^= 1;
    CHECK_FALSE(crypto::verify_rsa_pss(key, as_bytes("mpk"), signature, DigestAlgorithm::sha256));
  }
}

TEST_CASE("a PKCS#1 v1.5 signature is no PSS signature, and another key has none") {
  const auto key = crypto::PublicKey::from_pem(crypto::test::kPssKey).take();
  const auto old = hex_decode(crypto::test::kPkcs1Signature).take();
  CHECK(key.verify(as_bytes("mpk"), old));
  CHECK_FALSE(crypto::verify_rsa_pss(key, as_bytes("mpk"), old, DigestAlgorithm::sha256));
  const auto other = crypto::PrivateKey::generate(crypto::KeyType::ed25519).take().public_key();
  CHECK(
      crypto::verify_rsa_pss(other, as_bytes("mpk"), old, DigestAlgorithm::sha256).error().kind() ==
      ErrorKind::unsupported);
}
