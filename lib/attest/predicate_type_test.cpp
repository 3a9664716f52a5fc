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
  CHECK(predicate_type_label("https://example.com/x") == "https://example.com/x");
  CHECK_FALSE(is_cyclonedx("https://cyclonedx.org/bomb"));
}
