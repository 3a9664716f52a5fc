// Bundles beside Sigstore's own form.
#include "oms/bundle_form.hpp"

#include "crypto/hash.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

using namespace mpk;
using namespace mpk::oms;

TEST_CASE("a public key that was written out becomes a hint, anything else stays") {
  const auto changed = modern_bundle(
      R"({"verificationMaterial":{"publicKey":{"rawBytes":"QQ==","keyDetails":"PKIX"}},"x":1})");
  REQUIRE(changed);
  CHECK(*changed == R"({"verificationMaterial":{"publicKey":{}},"x":1})");
  for (const auto* text : {"[1]", "{}", R"({"verificationMaterial":7})", R"({ "a" : 1 })",
                           R"({"verificationMaterial":{"certificate":{}}})"}) {
    CHECK(modern_bundle(text).value() == text);
  }
  CHECK_FALSE(modern_bundle("{"));
  CHECK_FALSE(modern_bundle(""));
}

TEST_CASE("release 0.2 signed Python's view of the payload") {
  CHECK(historical_message("t/x", "{\"a\": \"\\\n\t\r\x01\x7f\xc3\"}") ==
        "DSSEV1 3 t/x 16 b'{\"a\": \"\\\\\\n\\t\\r\\x01\\x7f\\xc3\"}'");
  // The quotes are those that need fewer escapes.
  CHECK(historical_message("t", "it's") == "DSSEV1 1 t 4 b\"it's\"");
  CHECK(historical_message("t", "it's \"it\"") == "DSSEV1 1 t 9 b'it\\'s \"it\"'");
}

TEST_CASE("a key's hint is the digest of its PEM text") {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256).take().public_key();
  const auto bundle = with_key_hint(R"({"verificationMaterial":{"publicKey":{"hint":"x"}}})", key);
  REQUIRE(bundle);
  const auto document = json::parse(*bundle).take();
  CHECK(document["verificationMaterial"]["publicKey"]["hint"] == crypto::sha256(key.pem()).hex());
  // A certificate needs none.
  const auto other = with_key_hint(R"({"verificationMaterial":{"certificate":{}}})", key);
  CHECK_FALSE(json::parse(other.value()).take()["verificationMaterial"].contains("publicKey"));
}
