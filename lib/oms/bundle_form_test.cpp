// Bundles beside Sigstore's own form.
#include "oms/bundle_form.hpp"

#include <doctest/doctest.h>

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

TEST_CASE("a key's hint can be left out, a certificate stays") {
  CHECK(without_key_hint(R"({"verificationMaterial":{"publicKey":{"hint":"x"}}})").value() ==
        R"({"verificationMaterial":{"publicKey":{}}})");
  const std::string other = R"({"verificationMaterial": {"certificate": {}}})";
  CHECK(without_key_hint(other).value() == other);
  CHECK_FALSE(without_key_hint("{}"));
}
