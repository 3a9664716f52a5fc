// Keys among a policy's signers: which bundles count, how often, and what evidence they need.
#include "attest/predicate_type.hpp"
#include "attest/statement.hpp"
#include "flow/signing.hpp"
#include "flow/test_workbench.hpp"
#include "sigstore/test_sigstore.hpp"

#include <nlohmann/json.hpp>

using namespace mpk;
using namespace mpk::flow;
using sigstore::testing::TestSigstore;
using test::check_of;
using test::must;

namespace {

Digest artifact() { return crypto::sha256("an artifact"); }

// Signatures of one artifact by key files and, keyless, by ci@example.com; and who counts.
struct Scene {
  Scene() { bench.clock.set(TestSigstore::kTime.plus_seconds(3'600)); }

  std::string by_key(const std::string& name, const std::string& what = "an artifact") {
    const SigningRequest request{.key = "testdata/keys/" + name};
    const auto signer = must(prepare_signer(bench.context, request));
    const auto statement =
        attest::make_statement({{.name = "x", .digest = {{"sha256", crypto::sha256(what).hex()}}}},
                               attest::kCosignSign, Json::object());
    return must(signer->sign(statement)).text;
  }
  std::string keyless() { return must(sigstore::make_bundle(authority.sign(artifact()))); }

  policy::Verdict judge(const std::vector<std::string>& bundles, const std::string& rules,
                        bool root_named = false) {
    VerifyRequest request{.trusted_root = authority.root()};
    request.keys_need_no_root = !root_named;
    request.policies =
        test::policies("apiVersion: mpk/v1\nsigners:\n" + rules, "testdata/keys/p.yaml");
    std::vector<ReadBundle> read;
    for (const auto& bundle : bundles) read.emplace_back(bundle);
    return must(
        verify_bundle_file(bench.context, read, {.name = "x", .digest = artifact()}, request));
  }

  test::Workbench bench;
  TestSigstore authority;
};

constexpr const char* kCi = "  - {identity: ci@example.com, issuer: \"https://issuer.example\"}\n";
constexpr const char* kRelease = "  - keyFile: p256_public.pem\n";  // of p256_pkcs8.pem
constexpr const char* kOther = "  - keyFile: cosign_public.pem\n";

}  // namespace

TEST_CASE("what a key of the policy's signed counts, and what another key signed does not") {
  Scene scene;
  const auto bundle = scene.by_key("p256_pkcs8.pem");
  const auto passed = scene.judge({bundle}, kRelease);
  CHECK(passed.exit_code() == 0);
  CHECK(check_of(passed, "bundle").message.starts_with("key sha256:"));
  CHECK(passed.evidence.front().key != "");
  // Whichever of several it is, identities beside them or not.
  CHECK(scene.judge({bundle}, std::string(kCi) + kOther + kRelease).exit_code() == 0);

  for (const auto& rules : {std::string(kOther), std::string(kCi) + kOther}) {
    const auto refused = scene.judge({bundle}, rules);
    CHECK(refused.exit_code() == 12);
    const auto& check = check_of(refused, "bundle");
    CHECK(check.code == "signature-invalid");
    CHECK(check.message == "signature holds for none of the policy's keys");
    REQUIRE(check.expected.size() == 1);
    CHECK(check.expected.front().starts_with("key sha256:"));
  }
  CHECK(check_of(scene.judge({bundle}, kCi), "bundle").code == "key-needed");
  CHECK(scene.judge({scene.by_key("p256_pkcs8.pem", "another")}, kRelease).exit_code() == 12);
  // An identity is no key.
  CHECK(check_of(scene.judge({scene.keyless()}, kRelease), "bundle").code ==
        "identity-not-allowed");
}

TEST_CASE("identities and keys reach a threshold together, a key that signed twice counts once") {
  Scene scene;
  const auto key = scene.by_key("p256_pkcs8.pem");
  const auto again = scene.by_key("p256_pkcs8.pem");
  const auto two = std::string(kCi) + kRelease + kOther + "threshold: 2\n";
  CHECK(scene.judge({key, scene.keyless()}, two).exit_code() == 0);
  const auto refused = scene.judge({key, again}, two);
  CHECK(refused.exit_code() == 12);
  CHECK(check_of(refused, "bundle").code == "too-few-signers");
  CHECK(check_of(refused, "bundle").expected.front() == "2 of 3 signers");
  // The third is by a key that the policy does not name.
  CHECK(scene.judge({key, again, scene.by_key("p384_pkcs8.pem")}, two).exit_code() == 12);
}

TEST_CASE("a key's signature needs a log where the policy or a named trusted root says so") {
  Scene scene;
  const auto bundle = scene.by_key("p256_pkcs8.pem");
  CHECK(scene.judge({bundle}, kRelease).exit_code() == 0);
  CHECK(check_of(scene.judge({bundle}, kRelease, true), "bundle").code == "log-entry-missing");
  const auto logged = std::string(kRelease) + "evidence: {logs: 1}\n";
  CHECK(check_of(scene.judge({bundle}, logged), "bundle").code == "log-entry-missing");
  // An identity's always does.
  auto parts = scene.authority.sign(artifact());
  parts.log_entry.reset();
  const auto bare = must(sigstore::make_bundle(parts));
  CHECK(check_of(scene.judge({bare}, kCi), "bundle").code == "log-entry-missing");
}
