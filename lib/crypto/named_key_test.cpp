// Tests of named keys: the same as OpenSSL's own decoder makes, for the one form only.
#include "crypto/named_key.hpp"

#include "crypto/key.hpp"

#include <doctest/doctest.h>

using namespace mpk;
using namespace mpk::crypto;

TEST_CASE("a key on a named curve is what the general decoder makes of it") {
  for (const auto type :
       {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521, KeyType::ed25519}) {
    CAPTURE(to_string(type));
    const Bytes spki = PrivateKey::generate(type).take().public_key().spki();
    REQUIRE(named_key_type(spki) == type);
    const auto key = decode_named_key(spki);
    REQUIRE(key);
    const auto general = decode_der<PkeyHandle>(d2i_PUBKEY, spki);
    CHECK(EVP_PKEY_eq(key.get(), general.get()) == 1);
    CHECK(encode_der(i2d_PUBKEY, key.get()) == spki);
  }
}

TEST_CASE("another key, length or form of the point is none") {
  CHECK_FALSE(named_key_type(PrivateKey::generate(KeyType::rsa).take().public_key().spki()));
  CHECK_FALSE(named_key_type({}));
  const Bytes spki = PrivateKey::generate(KeyType::ecdsa_p256).take().public_key().spki();
  CHECK_FALSE(named_key_type(BytesView(spki).first(spki.size() - 1)));
  constexpr std::size_t kForm = 26;  // of the point
  for (const auto form : Bytes{0x02, 0x06, 0x00}) {
    Bytes other = spki;
    other.at(kForm) = form;
    CHECK_FALSE(named_key_type(other));
    CHECK_FALSE(decode_named_key(other));
  }
}

TEST_CASE("a point that is not on its curve is no key") {
  Bytes spki = PrivateKey::generate(KeyType::ecdsa_p384).take().public_key().spki();
  spki.back() ^= 1;
  REQUIRE(named_key_type(spki));
  CHECK_FALSE(decode_named_key(spki));
  CHECK(PublicKey::from_spki(spki).error().kind() == ErrorKind::malformed);
}
