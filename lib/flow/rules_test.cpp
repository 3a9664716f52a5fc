// Rules: which bundle counts, and which failure is shown when none does.
#include "flow/rules.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::flow;

namespace {

constexpr const char* kType = "https://example.com/predicate/v1";
constexpr const char* kIssuer = "https://issuer.example";

CheckedBundle verified(const std::string& who, std::int64_t at, const std::string& type = kType) {
  CheckedBundle bundle{.predicate_type = type, .digest = "sha256:" + who + std::to_string(at)};
  bundle.report.verified = sigstore::Verified{
      .identity = {.subject = who, .issuer = kIssuer, .claims = {}},
      .times = {{.source = "tsa", .authority = "t", .time = Timestamp::from_seconds(at)}}};
  bundle.report.verified->statement = attest::Statement{};
  bundle.report.verified->statement->predicate_type = type;
  return bundle;
}

Digest fingerprint(char digit) { return Digest::parse("sha256:" + std::string(64, digit)).take(); }

CheckedBundle keyed(char digit, std::int64_t at) {
  auto bundle = verified("", at);
  bundle.report.verified->identity = {};
  bundle.report.verified->key = fingerprint(digit);
  return bundle;
}

CheckedBundle failed(const std::string& code, bool malformed, const std::string& type = kType) {
  CheckedBundle bundle{.predicate_type = type, .digest = "sha256:" + code, .malformed = malformed};
  bundle.report.malformed = malformed;
  bundle.report.steps.push_back(
      {.id = "x", .result = sigstore::Step::Result::fail, .code = code, .message = code});
  return bundle;
}

Rule rule_for_ci() {
  return {.id = "attestation:x",
          .label = "x",
          .predicate_type = kType,
          .signers = {.allowed = {{.subject = {.text = "ci"}, .issuer = {.text = kIssuer}}}},
          .missing_exit_code = 1,
          .missing_code = "attestation-missing",
          .missing_message = "none",
          .missing_hint = {}};
}

}  // namespace

TEST_CASE("one acceptable bundle is enough, and the newest by proven time speaks") {
  const std::vector<CheckedBundle> bundles = {failed("signature", false), verified("ci", 100),
                                              verified("eve", 300), verified("ci", 200),
                                              failed("bundle-form", true)};
  const auto outcome = apply_rule(rule_for_ci(), bundles);
  CHECK(outcome.check.result == policy::CheckResult::pass);
  CHECK(outcome.check.exit_code == 0);
  REQUIRE(outcome.accepted.size() == 2);
  CHECK(outcome.accepted[0]->digest == "sha256:ci200");
  CHECK(outcome.check.evidence == "sha256:ci200");
}

TEST_CASE("the most telling failure is shown: broken, foreign, unreadable, missing") {
  const auto broken = failed("signature", false);
  const auto foreign = verified("eve", 1);
  const auto unreadable = failed("bundle-form", true);
  const auto typeless = failed("bundle-unreadable", true, "");
  const auto other = verified("ci", 1, "https://example.com/another/v1");
  struct Case {
    std::vector<CheckedBundle> bundles;
    const char* code;
    int exit_code;
  };
  for (const auto& c :
       {Case{{unreadable, foreign, broken}, "signature", 12},
        Case{{unreadable, foreign}, "identity-not-allowed", 12},
        Case{{unreadable}, "bundle-form", 13}, Case{{typeless, other}, "bundle-unreadable", 13},
        Case{{other}, "attestation-missing", 1}, Case{{}, "attestation-missing", 1}}) {
    CAPTURE(c.code);
    const auto outcome = apply_rule(rule_for_ci(), c.bundles);
    CHECK(outcome.check.result == policy::CheckResult::fail);
    CHECK(outcome.check.code == c.code);
    CHECK(outcome.check.exit_code == c.exit_code);
    CHECK(outcome.accepted.empty());
  }
}

TEST_CASE("a bundle over bytes states nothing, whatever type it is said to have") {
  auto bytes = verified("ci", 1);
  bytes.report.verified->statement.reset();
  CHECK(apply_rule(rule_for_ci(), {bytes}).check.code == "attestation-missing");
  auto typeless = rule_for_ci();
  typeless.predicate_type.clear();
  bytes.predicate_type.clear();
  CHECK(apply_rule(typeless, {bytes}).accepted.size() == 1);
  CHECK(apply_rule(typeless, {verified("ci", 1)}).accepted.empty());
}

TEST_CASE("a rule without signers accepts nobody") {
  auto rule = rule_for_ci();
  rule.signers.allowed.clear();
  CHECK(apply_rule(rule, {verified("ci", 1)}).check.code == "identity-not-allowed");
}

TEST_CASE("an attestation is no signature, and a versioned CycloneDX type is CycloneDX") {
  auto rule = rule_for_ci();
  rule.predicate_type = "https://cyclonedx.org/bom";
  CHECK(apply_rule(rule, {verified("ci", 1, "https://cyclonedx.org/bom/v1.6")}).accepted.size() ==
        1);
  rule.predicate_type = "https://sigstore.dev/cosign/sign/v1";
  CHECK(apply_rule(rule, {verified("ci", 1, "https://cyclonedx.org/bom/v1.6")}).accepted.empty());
}

TEST_CASE("a threshold counts each signer once, however many entries fit") {
  auto rule = rule_for_ci();
  const sigstore::Matcher issuer{.text = kIssuer};
  auto pattern = [](const char* text) {
    return sigstore::Matcher{text, Regex::compile(text).take()};
  };
  rule.signers.allowed = {
      {{.text = "ci"}, issuer}, {{.text = "lead"}, issuer}, {pattern(".*"), issuer}};
  rule.signers.threshold = 2;
  const auto judge = [&](const std::vector<CheckedBundle>& bundles) {
    return apply_rule(rule, bundles);
  };
  const auto passed = judge({verified("ci", 1), verified("lead", 2)});
  CHECK(passed.check.result == policy::CheckResult::pass);
  CHECK(passed.check.message.starts_with("2 signers"));
  // One person fits two entries, twice.
  const auto alone = judge({verified("ci", 1), verified("ci", 2)});
  CHECK(alone.check.code == "too-few-signers");
  CHECK(alone.check.exit_code == 12);
  CHECK(alone.check.expected.front() == "2 of 3 signers");
  CHECK(alone.check.found == "1 (ci)");
  CHECK(alone.check.hint != "");
  CHECK(alone.accepted.empty());
  // Two people for whom there is one entry.
  rule.signers.allowed = {{pattern(".*"), issuer}, {{.text = "nobody"}, issuer}};
  CHECK(judge({verified("ci", 1), verified("lead", 2)}).check.code == "too-few-signers");
  // ci takes the pattern so that lead may have its own entry.
  rule.signers.allowed = {{pattern("ci|lead"), issuer}, {{.text = "ci"}, issuer}};
  CHECK(judge({verified("ci", 1), verified("lead", 2)}).check.result == policy::CheckResult::pass);
}

TEST_CASE("a rule by key takes what the key signed, no other key and no identity") {
  auto rule = rule_for_ci();
  rule.signers.allowed.clear();
  rule.signers.keys = {fingerprint('a')};
  CHECK(apply_rule(rule, {verified("", 1)}).check.code == "identity-not-allowed");
  const auto outcome = apply_rule(rule, {keyed('a', 1)});
  CHECK(outcome.check.result == policy::CheckResult::pass);
  CHECK(outcome.check.message.starts_with("key sha256:aaaaaaaaaaaa"));
  const auto other = apply_rule(rule, {keyed('b', 1)}).check;
  CHECK(other.code == "identity-not-allowed");
  CHECK(other.expected.front() == "key " + fingerprint('a').text());
  CHECK(other.found == "key " + fingerprint('b').text());
}

TEST_CASE("identities and keys count towards one threshold, each once") {
  auto rule = rule_for_ci();
  rule.signers.keys = {fingerprint('a'), fingerprint('b')};
  rule.signers.threshold = 2;
  const auto code = [&](const std::vector<CheckedBundle>& bundles) {
    return apply_rule(rule, bundles).check.code;
  };
  CHECK(code({verified("ci", 1), keyed('a', 2)}) == "");
  CHECK(code({keyed('b', 1), keyed('a', 2)}) == "");
  CHECK(code({keyed('a', 1), keyed('c', 2)}) == "too-few-signers");
  const auto twice = apply_rule(rule, {keyed('a', 1), keyed('a', 2)}).check;
  CHECK(twice.code == "too-few-signers");
  CHECK(twice.expected.front() == "2 of 3 signers");
  CHECK(twice.found == "1 (key sha256:aaaaaaaaaaaa)");
  // A certificate that says what an entry's pattern takes is no key, and a key no such identity.
  rule.signers.allowed = {{.subject = {".*", Regex::compile(".*").take()},
                           .issuer = {".*", Regex::compile(".*").take()}}};
  CHECK(code({keyed('a', 1), keyed('c', 2)}) == "too-few-signers");
}
