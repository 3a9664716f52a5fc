// Policies: what is read; what is refused, and where it says so.
#include "policy/policy.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::policy;

namespace {
constexpr const char* kWhole = R"(apiVersion: mpk/v1
name: prod
signers:
  - issuer: https://token.actions.githubusercontent.com
    identityPattern: https://github.com/acme/.*
  - issuer: https://accounts.example
    identity: ci@example.com
attestations:
  - type: slsaprovenance1
  - type: https://example.com/eval/v1
    signers:
      - issuer: https://accounts.example
        identity: eval@example.com
aibom:
  required: true
  agreesWithLayers: false
)";

std::string start() {
  return "apiVersion: mpk/v1\nsigners:\n  - issuer: https://i\n    identity: me\n";
}
}  // namespace

TEST_CASE("a whole policy is read") {
  auto policy = parse_policy(kWhole, "prod.yaml");
  REQUIRE_MESSAGE(policy, policy.error().text());
  CHECK(policy->name == "prod");
  REQUIRE(policy->signers.size() == 2);
  CHECK(policy->signers[0].subject.matches("https://github.com/acme/train"));
  CHECK_FALSE(policy->signers[0].subject.matches("https://evil/https://github.com/acme/train"));
  CHECK(policy->signature_required);
  REQUIRE(policy->attestations.size() == 2);
  CHECK(policy->attestations[0].predicate_type == "https://slsa.dev/provenance/v1");
  CHECK(policy->attestations[0].signers.empty());
  CHECK(policy->attestations[0].line == 9);
  CHECK(policy->attestations[1].signers.size() == 1);
  REQUIRE(policy->aibom);
  CHECK_FALSE(policy->aibom->agrees_with_layers);
}

TEST_CASE("the digest of a policy is that of its bytes") {
  auto a = parse_policy(start(), "a.yaml");
  auto b = parse_policy(start() + "# a comment\n", "b.yaml");
  REQUIRE(a);
  REQUIRE(b);
  CHECK(a->digest != b->digest);
}

TEST_CASE("whatever is wrong is refused with file and line") {
  struct Case {
    std::string text;
    const char* says;
  };
  for (const auto& c : {
           Case{"", "p.yaml"},
           Case{"name: x\n", "apiVersion"},
           Case{"apiVersion: mpk/v2\n" + start().substr(19), "mpk/v2"},
           Case{"apiVersion: mpk/v1\n", "no signers"},
           Case{"apiVersion: mpk/v1\nsigners: []\n", "no signers"},
           Case{start() + "signer: []\n", "p.yaml:5"},
           Case{start() + "aibom:\n  require: true\n", "p.yaml:6"},
           Case{start() + "attestations:\n  - type: cyclondx\n", "cyclondx"},
           Case{start() + "attestations:\n  - type: cyclonedx\n    signers: []\n",
                "signers is empty"},
           Case{"apiVersion: mpk/v1\nsigners:\n  - identity: me\n", "issuer"},
           Case{"apiVersion: mpk/v1\nsigners:\n  - issuer: i\n    identity: me\n    "
                "identityPattern: m.*\n",
                "either"},
           Case{"apiVersion: mpk/v1\nsigners:\n  - issuer: i\n    identityPattern: '(?=x)'\n",
                "identityPattern"},
           Case{"apiVersion: mpk/v1\nsigners:\n  - issuer: i\n    identity: ''\n", "empty"},
           Case{start() + "signature:\n  required: false\n", "requires nothing"},
           Case{start() + "aibom: &a\n  required: true\n", "p.yaml:5"},
           Case{start() + start(), "p.yaml"},
       }) {
    auto policy = parse_policy(c.text, "p.yaml");
    REQUIRE_FALSE_MESSAGE(policy, c.text);
    CHECK(policy.error().kind() == ErrorKind::usage);
    CHECK_MESSAGE(policy.error().text().find(c.says) != std::string::npos, policy.error().text());
    CHECK_MESSAGE(policy.error().text().find("p.yaml") != std::string::npos, policy.error().text());
  }
}

TEST_CASE(
    "thresholds, claims and evidence are read, and what nobody can reach is refused in place") {
  const auto policy = parse_policy(start() +
                                       "    claims:\n      sourcerepositoryuri: https://r\n"
                                       "  - {issuer: https://i, identity: you}\n"
                                       "threshold: 2\nevidence: {logs: 2, timestamps: 1}\n"
                                       "attestations: [{type: slsaprovenance1}]\n",
                                   "p.yaml");
  REQUIRE_MESSAGE(policy, policy.error().text());
  CHECK(policy->threshold == 2);
  CHECK(policy->signers[0].claims.at("sourceRepositoryURI").matches("https://r"));
  CHECK(policy->logs == 2);
  CHECK(policy->timestamps == 1);
  CHECK(policy->attestations[0].threshold == 2);
  struct Row {
    const char *text, *error;
  };
  for (const auto& row :
       {Row{"threshold: 2\n", "p.yaml:5:"}, Row{"threshold: 0\n", "p.yaml:5:"},
        Row{"    claims: {sourceRepositoryURL: x}\n", "did you mean sourceRepositoryURI?"},
        Row{"    claimPatterns: {buildTrigger: \"(\"}\n", "p.yaml:5:"},
        Row{"evidence: {witnesses: {keys: []}}\n", "a quorum of nobody"},
        Row{"evidence: {witnesses: {keys: [x]}}\n", "no verifier key"},
        Row{"evidence: {log: 1}\n", "p.yaml:5:"}}) {
    CAPTURE(row.text);
    const auto refused = parse_policy(start() + row.text, "p.yaml");
    REQUIRE_FALSE(refused);
    const auto words = refused.error().text() + " " + refused.error().hint();
    CHECK_MESSAGE(words.find(row.error) != std::string::npos, words);
  }
}
