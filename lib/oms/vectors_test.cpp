// The specification's test vectors (ossf/model-signing-spec, test-vectors/v1.0): their payloads.
#include "oms/test_models.hpp"

#include <ostream>

using namespace mpk;
using namespace mpk::oms;

TEST_CASE("the payloads of the specification's valid bundles are read") {
  if (test::vector_file("valid/key.bundle.json").empty()) {
    MESSAGE("skipped: no public test vectors here");
    return;
  }
  for (const auto* name : {"key", "certificate", "sigstore"}) {
    CAPTURE(name);
    const auto bundle = test::vector_file("valid/" + std::string(name) + ".bundle.json");
    const auto statement = parse_statement(test::payload_of(bundle));
    REQUIRE(statement);
    CHECK(statement->resources.size() == 2);
    CHECK(statement->resources[0].name == "signme-1");
    CHECK(statement->serialization.method == Method::files);
  }
}

TEST_CASE("the specification's invalid payload is refused for its predicate type") {
  const auto bundle = test::vector_file("invalid-payload/wrong-predicate.bundle.json");
  if (bundle.empty()) {
    MESSAGE("skipped: no public test vectors here");
    return;
  }
  const auto statement = parse_statement(test::payload_of(bundle));
  REQUIRE_FALSE(statement);
  CHECK(statement.error().text().find("predicateType is \"https://example.com/wrong-predicate") !=
        std::string::npos);
}
