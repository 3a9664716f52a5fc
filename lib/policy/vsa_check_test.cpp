// Verification summaries: all that the consumer has to compare, one thing changed at a time.
#include "policy/vsa_check.hpp"

#include "crypto/hash.hpp"
#include "policy/test_documents.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::policy;

namespace {

constexpr const char* kResource = "oci://ghcr.io/acme/support";

Digest policy_digest() { return crypto::sha256(std::string_view("policy")); }

Json summary() {
  auto out = json::parse(R"({
    "verifier": {"id": "https://example.org/gate", "version": {"mpk": "0.1.0"}},
    "timeVerified": "2026-08-01T00:00:00Z", "resourceUri": "oci://ghcr.io/acme/support",
    "policy": {"uri": "https://example.org/policy", "digest": {"sha256": ""}},
    "inputAttestations": [], "verificationResult": "PASSED",
    "verifiedLevels": ["SLSA_BUILD_LEVEL_3", "ACME_AIBOM_G7"], "slsaVersion": "1.2"})")
                 .take();
  out["policy"]["digest"]["sha256"] = policy_digest().hex();
  return out;
}

VsaRule rule() {
  VsaRule out;
  out.verifiers.push_back({.id = "https://example.org/gate", .signed_by = {}});
  out.levels = {"SLSA_BUILD_LEVEL_2", "ACME_AIBOM_G7"};
  return out;
}

Check check(const Json& predicate, const VsaRule& by = rule()) {
  return check_vsa(by, by.verifiers.front(), predicate, kResource, policy_digest());
}

}  // namespace

TEST_CASE("a summary that says what is asked passes, and each change has its own code") {
  CHECK(check(summary()).result == CheckResult::pass);
  CHECK(check(summary()).message ==
        "verifier https://example.org/gate · SLSA_BUILD_LEVEL_3, ACME_AIBOM_G7");
  struct Row {
    const char *patch, *code;
  };
  for (const auto& row : std::vector<Row>{
           {R"({"verificationResult": "OK"})", "vsa-malformed"},
           {R"({"resourceUri": null})", "vsa-malformed"},
           {R"({"verifier": {"id": "https://example.org/other"}})", "vsa-verifier"},
           {R"({"resourceUri": "oci://ghcr.io/acme/support2"})", "vsa-resource"},
           {R"({"resourceUri": "oci://ghcr.io/acme/support:1"})", "vsa-resource"},
           {R"({"verificationResult": "FAILED"})", "vsa-failed"},
           {R"({"policy": {"digest": null}})", "vsa-policy"},
           {R"({"verifiedLevels": ["SLSA_BUILD_LEVEL_1", "ACME_AIBOM_G7"]})", "vsa-level"},
           {R"({"verifiedLevels": ["SLSA_BUILD_LEVEL_3", "ACME_AIBOM_G8"]})", "vsa-level"},
           {R"({"verifiedLevels": []})", "vsa-level"},
       }) {
    CAPTURE(row.patch);
    auto changed = summary();
    changed.merge_patch(json::parse(row.patch).take());
    const auto refused = check(changed);
    CHECK(refused.code == row.code);
    CHECK(refused.exit_code == 1);
    CHECK(test::is_whole(refused));
  }
}

TEST_CASE("another policy counts only where the rule lists it") {
  const auto other = crypto::sha256(std::string_view("other"));
  auto changed = summary();
  changed["policy"]["digest"]["sha256"] = other.hex();
  CHECK(check(changed).code == "vsa-policy");
  auto wider = rule();
  wider.policies = {other};
  CHECK(check(changed, wider).result == CheckResult::pass);
  CHECK(check(summary(), wider).result == CheckResult::pass);
}

TEST_CASE("a summary with any value in any place is judged") {
  test::each_damaged(summary(), [](const Json& damaged) {
    const auto judged = check(damaged);
    CHECK(test::is_whole(judged));
  });
  CHECK(check(Json()).code == "vsa-malformed");
}
