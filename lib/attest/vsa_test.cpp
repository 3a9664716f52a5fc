// Verification summaries: what is written reads back, what the specification forbids does not.
#include "attest/vsa.hpp"

#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

using namespace mpk;
using namespace mpk::attest;

namespace {

// slsa.dev/spec/v1.2/verification_summary, rewritten for a model.
Json example() {
  return json::parse(R"({
    "verifier": {"id": "https://acme.example/gate/v2", "version": {"mpk": "0.1.0", "gate": "7"}},
    "timeVerified": "2026-03-04T05:06:07.25Z",
    "resourceUri": "oci://registry.example/acme/tiny",
    "policy": {"uri": "https://acme.example/models.yaml", "digest": {"sha256": "beef"}},
    "inputAttestations": [{"uri": "oci://registry.example/acme/tiny@sha256:00", "digest":
      {"sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}}],
    "verificationResult": "PASSED",
    "verifiedLevels": ["SLSA_BUILD_LEVEL_3", "SLSA_SOURCE_TWO_PARTY_REVIEWED", "ACME_AIBOM"],
    "dependencyLevels": {"SLSA_BUILD_LEVEL_2": 7, "SLSA_BUILD_LEVEL_0": 1},
    "slsaVersion": "1.2"})")
      .value();
}

struct Change {
  const char* pointer;
  const char* value;    // JSON; empty: the member is taken away
  const char* refusal;  // empty: read
};

Json changed(const Change& change) {
  auto out = example();
  const Json::json_pointer at(change.pointer);
  if (*change.value == '\0') {
    out[at.parent_pointer()].erase(at.back());
  } else {
    out[at] = json::parse(change.value).value();
  }
  return out;
}

}  // namespace

TEST_CASE("a summary that is read and written again is the same JSON") {
  auto vsa = read_vsa(example());
  REQUIRE(vsa);
  CHECK(vsa->verifier_id == "https://acme.example/gate/v2");
  CHECK(vsa->verifier_version.at("gate") == "7");
  CHECK(vsa->time_verified->text() == "2026-03-04T05:06:07.250Z");
  CHECK(vsa->resource_uri == "oci://registry.example/acme/tiny");
  CHECK(vsa->policy_uri == "https://acme.example/models.yaml");
  CHECK(vsa->policy_digest.at("sha256") == "beef");
  CHECK(vsa->inputs.at(0).digest->brief() == "sha256:0123456789ab");
  CHECK(vsa->passed);
  CHECK(vsa->levels.size() == 3);
  CHECK(vsa->dependency_levels->at("SLSA_BUILD_LEVEL_2") == 7);
  CHECK(vsa->slsa_version == "1.2");
  auto expected = example();
  expected["timeVerified"] = "2026-03-04T05:06:07.250Z";
  CHECK(make_vsa(*vsa) == expected);
}

TEST_CASE("only the required members are written when there is nothing else to say") {
  Vsa vsa;
  vsa.verifier_id = "https://acme.example/gate";
  vsa.resource_uri = "oci://r.example/m";
  vsa.policy_uri = "https://acme.example/p";
  CHECK(json::compact(make_vsa(vsa)) ==
        R"({"policy":{"uri":"https://acme.example/p"},"resourceUri":"oci://r.example/m",)"
        R"("verificationResult":"FAILED","verifiedLevels":["FAILED"],)"
        R"("verifier":{"id":"https://acme.example/gate"}})");
  vsa.passed = true;
  CHECK(make_vsa(vsa)["verifiedLevels"] == Json::array());
  CHECK_FALSE(read_vsa(make_vsa(vsa))->dependency_levels);
  vsa.dependency_levels.emplace();
  CHECK(read_vsa(make_vsa(vsa))->dependency_levels->empty());
}

TEST_CASE("a member that is missing, of another type or against the specification is named") {
  const Change rows[] = {
      {"/verifier", "", "$: missing \"verifier\""},
      {"/verifier", R"("me")", "$.verifier"},
      {"/verifier/id", "", "$.verifier: missing \"id\""},
      {"/verifier/id", "7", "$.verifier.id"},
      {"/verifier/version", "", ""},
      {"/verifier/version", R"("2")", "$.verifier.version"},
      {"/verifier/version/mpk", "2", "$.verifier.version.mpk"},
      {"/timeVerified", "", ""},
      {"/timeVerified", R"("2026-03-04")", "$.timeVerified"},
      {"/resourceUri", "", "missing \"resourceUri\""},
      {"/resourceUri", "[]", "$.resourceUri"},
      {"/policy", "", "missing \"policy\""},
      {"/policy", R"("p")", "$.policy"},
      {"/policy/uri", "", "$.policy: missing \"uri\""},
      {"/policy/uri", "{}", "$.policy.uri"},
      {"/policy/digest", "", ""},
      {"/policy/digest", "{}", "$.policy.digest"},
      {"/policy/digest/sha256", R"("BEEF")", "$.policy.digest.sha256"},
      {"/inputAttestations", "", ""},
      {"/inputAttestations", "[]", ""},
      {"/inputAttestations", "{}", "$.inputAttestations"},
      {"/inputAttestations/0", R"("x")", "$.inputAttestations[0]"},
      {"/inputAttestations/0/uri", "", ""},
      {"/inputAttestations/0/digest", "", "$.inputAttestations[0]: missing \"digest\""},
      {"/inputAttestations/0/digest", "{}", "$.inputAttestations[0].digest"},
      {"/inputAttestations/0/digest/sha256", R"("beef")", "$.inputAttestations[0].digest"},
      {"/inputAttestations/0/digest", R"({"blake3": "beef"})", ""},
      {"/verificationResult", "", "missing \"verificationResult\""},
      {"/verificationResult", "true", "$.verificationResult"},
      {"/verificationResult", R"("passed")", "expected PASSED or FAILED"},
      {"/verificationResult", R"("FAILED")", ""},
      {"/verifiedLevels", "", "missing \"verifiedLevels\""},
      {"/verifiedLevels", R"("SLSA_BUILD_LEVEL_3")", "$.verifiedLevels"},
      {"/verifiedLevels", "[3]", "$.verifiedLevels[0]"},
      {"/verifiedLevels", "[]", ""},
      {"/dependencyLevels", R"({"SLSA_BUILD_LEVEL_1": -1})", "$.dependencyLevels"},
      {"/dependencyLevels", "[]", "$.dependencyLevels"},
      {"/slsaVersion", "1.2", "$.slsaVersion"},
      {"/acme_extension", "[null]", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.pointer);
    CAPTURE(row.value);
    auto vsa = read_vsa(changed(row));
    if (*row.refusal == '\0') {
      CHECK(vsa);
      continue;
    }
    REQUIRE_FALSE(vsa);
    CHECK(vsa.error().kind() == ErrorKind::malformed);
    CHECK(vsa.error().text().find(row.refusal) != std::string::npos);
  }
  for (const char* text : {"null", "[]", "7", "\"x\"", "true", "{}"})
    CHECK_FALSE(read_vsa(json::parse(text).value()));
}

TEST_CASE("a summary gives one level of each SLSA track") {
  struct Row {
    const char* levels;
    bool accepted;
  };
  const Row rows[] = {
      {R"(["SLSA_BUILD_LEVEL_3", "SLSA_SOURCE_LEVEL_3"])", true},
      {R"(["SLSA_BUILD_LEVEL_3", "SLSA_BUILD_LEVEL_2"])", false},
      {R"(["SLSA_BUILD_LEVEL_3", "SLSA_BUILD_LEVEL_3"])", false},
      {R"(["SLSA_BUILD_LEVEL_UNEVALUATED", "SLSA_BUILD_LEVEL_2"])", false},
      {R"(["SLSA_BUILD_LEVEL_3", "SLSA_BUILD_REPRODUCED"])", true},
      {R"(["SLSA_DATA_LEVEL_1", "SLSA_DATA_LEVEL_2"])", false},
      {R"(["ACME_LEVEL_1", "ACME_LEVEL_2"])", true},
      {R"(["SLSA_LEVEL_1", "SLSA__LEVEL_2"])", true},
      {R"(["SLSA_BUILD_LEVEL_NEW", "SLSA_BUILD_LEVEL_2"])", true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.levels);
    CHECK(read_vsa(changed({"/verifiedLevels", row.levels, ""})).has_value() == row.accepted);
  }
}

TEST_CASE("a higher level implies the lower ones of its track, anything else only itself") {
  struct Row {
    const char *has, *wanted;
    bool reached;
  };
  const Row rows[] = {
      {"SLSA_BUILD_LEVEL_3", "SLSA_BUILD_LEVEL_3", true},
      {"SLSA_BUILD_LEVEL_3", "SLSA_BUILD_LEVEL_2", true},
      {"SLSA_BUILD_LEVEL_10", "SLSA_BUILD_LEVEL_2", true},
      {"SLSA_BUILD_LEVEL_2", "SLSA_BUILD_LEVEL_3", false},
      {"SLSA_BUILD_LEVEL_1", "SLSA_BUILD_LEVEL_0", true},
      {"SLSA_SOURCE_LEVEL_4", "SLSA_BUILD_LEVEL_1", false},
      {"SLSA_BUILD_LEVEL_UNEVALUATED", "SLSA_BUILD_LEVEL_0", false},
      {"SLSA_BUILD_LEVEL_3", "SLSA_BUILD_LEVEL_UNEVALUATED", false},
      {"SLSA_BUILD_LEVEL_UNEVALUATED", "SLSA_BUILD_LEVEL_UNEVALUATED", true},
      {"SLSA_BUILD_LEVEL_03", "SLSA_BUILD_LEVEL_2", false},
      {"SLSA_BUILD_LEVEL_+3", "SLSA_BUILD_LEVEL_2", false},
      {"SLSA_BUILD_LEVEL_99999999999999999999999", "SLSA_BUILD_LEVEL_2", false},
      {"SLSA_SOURCE_TWO_PARTY_REVIEWED", "SLSA_SOURCE_TWO_PARTY_REVIEWED", true},
      {"SLSA_SOURCE_LEVEL_4", "SLSA_SOURCE_TWO_PARTY_REVIEWED", false},
      {"ACME_LEVEL_3", "ACME_LEVEL_2", false},
      {"ACME_LEVEL_3", "ACME_LEVEL_3", true},
      {"slsa_build_level_3", "SLSA_BUILD_LEVEL_2", false},
      {"", "SLSA_BUILD_LEVEL_0", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.has);
    CAPTURE(row.wanted);
    CHECK(reaches_level({"ACME_OTHER", row.has}, row.wanted) == row.reached);
  }
  CHECK_FALSE(reaches_level({}, "SLSA_BUILD_LEVEL_0"));
}

TEST_CASE("nobody gives levels that SLSA keeps for itself") {
  for (const char* level : {"SLSA_BUILD_LEVEL_0", "SLSA_BUILD_LEVEL_3", "SLSA_SOURCE_LEVEL_4",
                            "SLSA_SOURCE_LEVEL_UNEVALUATED", "SLSA_BUILD_REPRODUCED",
                            "SLSA_SOURCE_TWO_PARTY_REVIEWED", "ACME_AIBOM", "SLSAX"}) {
    CAPTURE(level);
    CHECK(check_own_level(level));
  }
  for (const char* level : {"", "FAILED", "SLSA_", "SLSA_BUILD_LEVEL_4", "SLSA_SOURCE_LEVEL_5",
                            "SLSA_ACME", "SLSA_BUILD_LEVEL_03", "ACME\x1b[31m", "A\nB"}) {
    CAPTURE(level);
    auto refused = check_own_level(level);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::usage);
    CHECK_FALSE(refused.error().hint().empty());
  }
}
