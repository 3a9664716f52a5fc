// Drafts: what they write passes the document that they were made of, and not its neighbour.
#include "policy/draft.hpp"

#include "base/glob.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>

using namespace mpk;
using namespace mpk::policy;

namespace {

Json parsed(const char* text) { return json::parse(text).take(); }

Json bom() {
  return parsed(R"json({"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component":
    {"type": "machine-learning-model", "name": "m", "licenses": [{"license": {"id": "MIT"}},
     {"expression": "Apache-2.0 OR (BSD-3-Clause AND MIT)"}]}}})json");
}

}  // namespace

TEST_CASE("a name becomes a glob of itself alone") {
  for (const char* name : {"ghcr.io/acme/a", "a*", "a?", "[ab]", "a\\b", "crm/lookup"}) {
    CAPTURE(name);
    CHECK(glob_match(glob_of(name), name));
  }
  CHECK_FALSE(glob_match(glob_of("a*"), "ab"));
  CHECK_FALSE(glob_match(glob_of("[ab]"), "a"));
}

TEST_CASE("an aiBOM's licences, version and agents are what it says") {
  const auto draft = draft_aibom(bom());
  CHECK(draft["specVersions"] == Json{"1.6"});
  CHECK(draft["licenses"]["allow"] == Json{"Apache-2.0", "BSD-3-Clause", "MIT"});
  CHECK(draft["agent"] == parsed(R"({"servers": [], "tools": [], "scopes": []})"));
  CHECK_FALSE(draft.contains("datasets"));
  CHECK_FALSE(draft.contains("verified"));
}

TEST_CASE("a licence that SPDX does not know is not put in") {
  auto unknown = bom();
  unknown["metadata"]["component"]["licenses"] = parsed(R"([{"license": {"name": "my own"}}])");
  CHECK_FALSE(draft_aibom(unknown).contains("licenses"));
}

TEST_CASE("a provenance's builder is the signer only where the certificate says so") {
  const auto predicate = parsed(R"({"buildDefinition": {"buildType": "https://t.example/v1",
    "externalParameters": {}}, "runDetails": {"builder": {"id": "https://b.example/w"}}})");
  const auto own = draft_provenance(
      predicate,
      {.subject = "x", .issuer = "y", .claims = {{"buildSignerURI", "https://b.example/w"}}});
  CHECK(own["builders"] == parsed(R"([{"id": "https://b.example/w", "isSigner": true}])"));
  CHECK(own["buildTypes"] == Json{"https://t.example/v1"});
  CHECK_FALSE(own.contains("sources"));
  const auto other = draft_provenance(predicate, {.subject = "x", .issuer = "y", .claims = {}});
  CHECK(other["builders"] == parsed(R"([{"id": "https://b.example/w"}])"));
}

TEST_CASE("documents that are none give no section") {
  for (const char* text : {"null", "1", "\"x\"", "[]", "{}", R"({"runDetails": 1})"}) {
    CAPTURE(text);
    CHECK(draft_provenance(parsed(text), {}).is_null());
    CHECK(draft_scan(parsed(text)).is_null());
    CHECK(draft_aibom(parsed(text))["required"] == true);
  }
}
