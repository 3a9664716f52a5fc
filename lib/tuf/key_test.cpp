// Keys: each kind and form verifies, and what mpk can't use never counts.
#include "tuf/key.hpp"

#include "base/encoding.hpp"
#include "crypto/key.hpp"
#include "crypto/test_pss.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using namespace mpk;

namespace {

Json key_json(const std::string& keytype, const std::string& scheme, const std::string& value) {
  return {{"keytype", keytype}, {"scheme", scheme}, {"keyval", {{"public", value}}}};
}

tuf::Key read(const Json& value) { return tuf::Key::parse(json::Field(value)).take(); }

}  // namespace

TEST_CASE("keys of every kind of the specification verify their own signatures") {
  const auto ed = crypto::PrivateKey::generate(crypto::KeyType::ed25519).take();
  const auto p256 = crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256).take();
  const auto p384 = crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p384).take();
  const auto raw = [](const crypto::PrivateKey& key, std::size_t size) {
    return hex_encode(BytesView(key.public_key().spki()).last(size));
  };
  const auto pem = [](const crypto::PrivateKey& key) { return key.public_key().pem(); };
  const auto sign = [](const crypto::PrivateKey& key) { return key.sign(as_bytes("mpk")).take(); };
  struct Case {
    Json key;
    Bytes signature;
  };
  const std::vector<Case> cases = {
      {key_json("ed25519", "ed25519", raw(ed, 32)), sign(ed)},
      {key_json("ecdsa", "ecdsa-sha2-nistp256", pem(p256)), sign(p256)},
      {key_json("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", pem(p256)), sign(p256)},
      {key_json("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", raw(p256, 65)), sign(p256)},
      {key_json("ecdsa", "ecdsa-sha2-nistp384", pem(p384)), sign(p384)},
      {key_json("rsa", "rsassa-pss-sha256", crypto::test::kPssKey),
       hex_decode(crypto::test::kPssSalt32).take()},
  };
  for (const auto& [json, signature] : cases) {
    CAPTURE(json.dump());
    const auto key = read(json);
    CHECK(key.usable());
    CHECK(key.holds(as_bytes("mpk"), signature));
    CHECK_FALSE(key.holds(as_bytes("mpk!"), signature));
    CHECK_FALSE(key.holds(as_bytes("mpk"), {}));
    Bytes changed = signature;
    changed.back() ^= 1;
    CHECK_FALSE(key.holds(as_bytes("mpk"), changed));
  }
}

TEST_CASE("a key that mpk can't use is read, and nothing holds for it") {
  const auto p384 = crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p384).take();
  const auto signature = p384.sign(as_bytes("mpk")).take();
  for (const Json& json : {
           key_json("ecdsa", "ecdsa-sha2-nistp256", p384.public_key().pem()),  // another curve
           key_json("ed25519", "ecdsa-sha2-nistp384", p384.public_key().pem()),
           key_json("ed25519", "ed25519", "00ff"),
           key_json("ed25519", "ed25519", "no hex"),
           key_json("rsa", "rsa-pkcs1v15-sha256", crypto::test::kPssKey),
           key_json("sphincs", "sphincs-shake-128s", "00"),
       }) {
    CAPTURE(json.dump());
    CHECK_FALSE(read(json).usable());
    CHECK_FALSE(read(json).holds(as_bytes("mpk"), signature));
  }
}

TEST_CASE("what is no key object is refused") {
  for (const Json& json : {Json::object(), Json(1), Json{{"keytype", "rsa"}, {"scheme", "x"}},
                           Json{{"keytype", "rsa"}, {"scheme", "x"}, {"keyval", "x"}}}) {
    CAPTURE(json.dump());
    CHECK_FALSE(tuf::Key::parse(json::Field(json)));
  }
}
