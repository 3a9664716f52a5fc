// Predicate types: short names, URIs, suggestions.
#include "attest/predicate_type.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::attest;

TEST_CASE("short names mean what cosign means by them") {
  CHECK(predicate_type_uri("slsaprovenance1").value() == "https://slsa.dev/provenance/v1");
  CHECK(predicate_type_uri("slsaprovenance").value() == "https://slsa.dev/provenance/v0.2");
  CHECK(predicate_type_uri("cyclonedx").value() == "https://cyclonedx.org/bom");
}

TEST_CASE("predicates that cosign has no word for have the last word of their URI") {
  CHECK(predicate_type_uri("vsa").value() == "https://slsa.dev/verification_summary/v1");
  CHECK(predicate_type_uri("svr").value() == "https://in-toto.io/attestation/svr/v0.2");
  CHECK(predicate_type_uri("vulns").value() == "https://in-toto.io/attestation/vulns/v0.2");
  CHECK(predicate_type_uri("scai").value() == "https://in-toto.io/attestation/scai/v0.3");
  CHECK(predicate_type_uri("test-result").value() ==
        "https://in-toto.io/attestation/test-result/v0.1");
  CHECK(predicate_type_uri("reference").value() == "https://in-toto.io/attestation/reference/v0.1");
  CHECK(predicate_type_uri("vuln").value() == "https://cosign.sigstore.dev/attestation/vuln/v1");
  CHECK(predicate_type_uri("test-results").error().hint().find("test-result") != std::string::npos);
}

TEST_CASE("each short name is a type of its own or another word for one") {
  for (const auto& word : predicate_type_words()) {
    CAPTURE(word);
    const auto uri = predicate_type_uri(word).value();
    const auto label = predicate_type_label(uri);
    CHECK(label != uri);
    CHECK(label.size() <= 15);
  }
}

TEST_CASE("a URI stands for itself, another word is refused with the nearest name") {
  CHECK(predicate_type_uri("https://example.com/eval/v1").value() == "https://example.com/eval/v1");
  CHECK(predicate_type_uri("urn:example:eval").value() == "urn:example:eval");
  auto refused = predicate_type_uri("cyclondx");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::usage);
  CHECK(refused.error().hint().find("cyclonedx") != std::string::npos);
  CHECK_FALSE(predicate_type_uri("urn:"));
  CHECK_FALSE(predicate_type_uri(""));
}

TEST_CASE("labels are the words of the screen") {
  CHECK(predicate_type_label(kCosignSign) == "signature");
  CHECK(predicate_type_label("https://cyclonedx.org/bom/v1.6") == "aibom");
  CHECK(predicate_type_label("https://slsa.dev/provenance/v1") == "provenance");
  CHECK(predicate_type_label("https://slsa.dev/verification_summary/v1") == "vsa");
  CHECK(predicate_type_label("https://in-toto.io/attestation/svr/v0.1") ==
        "https://in-toto.io/attestation/svr/v0.1");
  CHECK(predicate_type_label("https://example.com/x") == "https://example.com/x");
  CHECK_FALSE(is_cyclonedx("https://cyclonedx.org/bomb"));
}
