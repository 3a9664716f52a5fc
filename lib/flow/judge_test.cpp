// judge: whose facts and which build level a verdict reports, of several provenances.
#include "flow/judge.hpp"

#include "flow/policy_case.hpp"
#include "flow/test_workbench.hpp"

#include <map>
#include <string>

using namespace mpk;
using namespace mpk::flow;
using test::check_of;
using test::must;

namespace {

using Facts = std::map<std::string, std::string>;

// `own` may sign the policy's provenance, `other` an attestation of the same type.
std::string policy_of(const std::string& builders) {
  return "apiVersion: mpk/v1\n"
         "signers: [{identity: own@example.com, issuer: \"https://issuer.example\"}]\n"
         "signature: {required: false}\n"
         "attestations:\n"
         "  - type: slsaprovenance1\n"
         "    signers: [{identity: other@example.com, issuer: \"https://issuer.example\"}]\n"
         "provenance: {builders: [" +
         builders + "]}\n";
}

std::string provenance(const std::string& signer, const std::string& builder,
                       const std::string& more = {}) {
  return "      - type: slsaprovenance1\n"
         "        identity: " +
         signer +
         "@example.com\n"
         "        issuer: https://issuer.example\n" +
         (more.empty() ? "" : "        " + more + "\n") +
         "        predicate:\n"
         "          buildDefinition:\n"
         "            buildType: https://" +
         builder +
         ".example/type\n"
         "            externalParameters: {}\n" +
         (signer == "other" ? "            resolvedDependencies:\n"
                              "              - uri: git+https://source.example/other\n"
                              "                digest: {gitCommit: " +
                                  std::string(40, 'a') + "}\n"
                            : "") +
         "          runDetails: {builder: {id: \"https://" + builder + ".example\"}}\n";
}

policy::Verdict judged(const std::string& builders, const std::string& evidence) {
  const auto cases =
      must(read_policy_cases("apiVersion: mpk/v1\n"
                             "now: 2026-11-20T12:00:00Z\n"
                             "cases:\n"
                             "  - name: one\n"
                             "    expect: {result: passed}\n"
                             "    evidence:\n" +
                                 evidence,
                             "cases.yaml"));
  return must(run_policy_case(test::policies(policy_of(builders)), cases.front()));
}

constexpr const char* kTwo =
    "{id: \"https://weak.example\", level: 1}, {id: \"https://strong.example\", level: 3}";

}  // namespace

TEST_CASE("the provenance that decides gives facts and level, no attestation beside it") {
  const auto verdict = judged(kTwo, provenance("other", "strong") + provenance("own", "weak"));
  CHECK(verdict.exit_code() == 0);
  CHECK(check_of(verdict, "provenance.builder").message ==
        "builder https://weak.example · level 1");
  CHECK(verdict.provenance_facts == Facts{{"builder", "https://weak.example"},
                                          {"buildType", "https://weak.example/type"},
                                          {"level", "SLSA_BUILD_LEVEL_1"}});
  // The other way round nothing is lost.
  CHECK(judged(kTwo, provenance("other", "weak") + provenance("own", "strong"))
            .provenance_facts.at("level") == "SLSA_BUILD_LEVEL_3");
}

TEST_CASE("a builder that is refused gives no level") {
  const auto other = provenance("other", "strong");
  const auto unknown = judged(kTwo, other + provenance("own", "unknown"));
  CHECK(check_of(unknown, "provenance.builder").code == "builder-not-allowed");
  CHECK(unknown.provenance_facts.at("builder") == "https://unknown.example");
  CHECK_FALSE(unknown.provenance_facts.contains("level"));

  const std::string signer_only = "{id: \"https://strong.example\", level: 3, isSigner: true}";
  const auto by_another = judged(signer_only, other + provenance("own", "strong"));
  CHECK(check_of(by_another, "provenance.builder").code == "builder-not-signer");
  CHECK_FALSE(by_another.provenance_facts.contains("level"));
  const std::string claim = "claims: {buildSignerURI: \"https://strong.example\"}";
  CHECK(judged(signer_only, other + provenance("own", "strong", claim))
            .provenance_facts.at("level") == "SLSA_BUILD_LEVEL_3");
}

TEST_CASE("a builder is trusted no further than the entries that hold for its signer") {
  const std::string both =
      "{id: \"https://strong.example\", level: 3, isSigner: true}, "
      "{idPattern: \"https://.*\", level: 2}";
  const auto verdict = judged(both, provenance("other", "strong") + provenance("own", "strong"));
  CHECK(verdict.exit_code() == 0);
  CHECK(verdict.provenance_facts.at("level") == "SLSA_BUILD_LEVEL_2");
}

TEST_CASE("without a provenance that decides, an attestation's facts are told, and no level") {
  const auto verdict = judged(kTwo, provenance("other", "strong"));
  CHECK(verdict.exit_code() != 0);
  CHECK(verdict.provenance_facts.at("builder") == "https://strong.example");
  CHECK_FALSE(verdict.provenance_facts.contains("level"));
}
