// Verification against a Sigstore of our own: what is required, what is proven, what can be waived.
#include "sigstore/verify.hpp"

#include "base/encoding.hpp"
#include "sigstore/test_sigstore.hpp"

namespace mpk::sigstore {
namespace {

using namespace testing;

const Digest kArtifact = crypto::sha256("model");

std::string result_of(const Report& report, std::string_view id) {
  switch (step_of(report, id).result) {
    case Step::Result::pass:
      return "pass";
    case Step::Result::fail:
      return "fail";
    case Step::Result::skip:
      return "skip";
  }
  return {};
}

TEST_CASE("a good bundle proves identity, time, log entry and statement") {
  TestSigstore sigstore;
  const auto text = must(make_bundle(sigstore.sign(kArtifact)));
  const auto report = TestSigstore::verify(text, kArtifact, sigstore.root());
  REQUIRE(failures(report) == "");
  REQUIRE(report.verified.has_value());
  CHECK(report.first_failure() == nullptr);
  CHECK(report.verified->identity.subject == "ci@example.com");
  CHECK(report.verified->identity.issuer == "https://issuer.example");
  REQUIRE(report.verified->times.size() == 1);
  CHECK(report.verified->times[0].source == "tsa");
  CHECK(report.verified->times[0].authority == "https://tsa.example");
  CHECK(report.verified->times[0].time == TestSigstore::kTime);
  REQUIRE(report.verified->logs.size() == 1);
  CHECK(report.verified->logs[0].log == "log.example");
  CHECK(report.verified->logs[0].index == 1);
  CHECK(report.verified->statement->predicate_type == "https://sigstore.dev/cosign/sign/v1");
}

TEST_CASE("the steps of a report stand in the specification's order") {
  TestSigstore sigstore;
  const auto report =
      TestSigstore::verify(must(make_bundle(sigstore.sign(kArtifact))), kArtifact, sigstore.root());
  std::string order;
  for (const auto& step : report.steps) order += step.id + " ";
  CHECK(order ==
        "bundle.form key time.tsa time.log certificate.chain certificate.sct certificate.identity "
        "log.inclusion log.witness log.entry signature subject ");
}

TEST_CASE("another artifact, another identity and no identity are refused") {
  TestSigstore sigstore;
  const auto text = must(make_bundle(sigstore.sign(kArtifact)));
  const auto other = crypto::sha256("another model");
  CHECK(failures(TestSigstore::verify(text, other, sigstore.root())) == "subject=subject-mismatch");

  auto expectation = TestSigstore::expect(kArtifact);
  const auto now = TestSigstore::kTime;
  const auto verify = [&] { return verify_bundle(text, expectation, sigstore.root(), {}, now); };
  expectation.identities[0].issuer.text = "https://other.example";
  const auto report = verify();
  CHECK(failures(report) == "certificate.identity=identity-mismatch");
  CHECK(report.first_failure()->hint == "the identity matches, the issuer does not");
  expectation.identities.clear();
  CHECK(failures(verify()) == "certificate.identity=identity-not-given");
  expectation.any_identity_judged_later = true;
  CHECK(failures(verify()) == "");
  CHECK(verify().verified->identity.subject == "ci@example.com");
}

TEST_CASE("what the trusted root lists is required") {
  TestSigstore sigstore;
  const auto parts = sigstore.sign(kArtifact);
  auto bare = parts;
  bare.log_entry.reset();
  auto timeless = parts;
  timeless.timestamps.clear();
  sigstore.with_sct = false;
  const auto unlogged = sigstore.sign(kArtifact);

  const auto whole = sigstore.root();
  auto no_logs = whole;
  no_logs.tlogs.clear();
  auto no_authorities = whole;
  no_authorities.timestamp_authorities.clear();
  auto no_ct = whole;
  no_ct.ctlogs.clear();
  // What is listed is required, also where mpk can't use the key.
  auto unusable_logs = no_logs;
  unusable_logs.unusable_tlogs = 1;
  auto unusable_ct = no_ct;
  unusable_ct.unusable_ctlogs = 1;
  auto no_ca = whole;
  no_ca.certificate_authorities.clear();

  const struct {
    const char* name;
    const BundleParts& parts;
    const TrustedRoot& root;
    Evidence evidence;
    const char* failures;
  } rows[] = {
      {"entry missing", bare, whole, {}, "log.inclusion=log-entry-missing"},
      {"entry missing, no log listed", bare, no_logs, {}, ""},
      {"entry missing, waived", bare, whole, {.insecure_ignore_tlog = true}, ""},
      {"timestamp missing", timeless, whole, {}, "time.tsa=timestamp-missing"},
      {"timestamp missing, waived", timeless, whole, {.insecure_ignore_timestamp = true}, ""},
      {"timestamp missing, no authority listed",
       timeless,
       no_authorities,
       {},
       "time.tsa=time-not-proven"},
      {"timestamp there, no authority listed",
       parts,
       no_authorities,
       {},
       "time.tsa=time-not-proven"},
      {"SCT missing", unlogged, whole, {}, "certificate.sct=sct-missing"},
      {"SCT missing, no CT log listed", unlogged, no_ct, {}, ""},
      {"entry missing, log unusable", bare, unusable_logs, {}, "log.inclusion=log-entry-missing"},
      {"entry there, log unusable", parts, unusable_logs, {}, "log.inclusion=log-unknown"},
      {"SCT missing, CT log unusable", unlogged, unusable_ct, {}, "certificate.sct=sct-missing"},
      {"SCT there, CT log unusable", parts, unusable_ct, {}, "certificate.sct=sct-untrusted"},
      {"SCT missing, waived", unlogged, whole, {.insecure_ignore_sct = true}, ""},
      {"no CA listed", parts, no_ca, {}, "certificate.chain=certificate-untrusted"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto report =
        TestSigstore::verify(must(make_bundle(row.parts)), kArtifact, row.root, row.evidence);
    CHECK(failures(report) == row.failures);
  }
}

TEST_CASE("a certificate that starts before its authority needs its SCT like any other") {
  TestSigstore sigstore;
  sigstore.certificate_start = TestSigstore::kTime.plus_seconds(-2 * 86400);
  const auto honest = must(make_bundle(sigstore.sign(kArtifact)));
  CHECK(failures(TestSigstore::verify(honest, kArtifact, sigstore.root())) == "");
  sigstore.foreign_sct = true;
  const auto forged = must(make_bundle(sigstore.sign(kArtifact)));
  CHECK(failures(TestSigstore::verify(forged, kArtifact, sigstore.root())) ==
        "certificate.sct=sct-untrusted");
}

TEST_CASE("an authority for another purpose vouches for no code signing") {
  TestSigstore sigstore;
  sigstore.limit_authority();
  const auto text = must(make_bundle(sigstore.sign(kArtifact)));
  CHECK(failures(TestSigstore::verify(text, kArtifact, sigstore.root()))
            .starts_with("certificate.chain=certificate-authority-purpose"));
}

TEST_CASE("a bundle over bytes is about their digest, and states nothing") {
  TestSigstore sigstore;
  const auto text = sigstore.sign_bytes("model");
  const auto report = TestSigstore::verify(text, kArtifact, sigstore.root());
  REQUIRE(failures(report) == "");
  CHECK_FALSE(report.verified->statement.has_value());
  CHECK(failures(TestSigstore::verify(text, crypto::sha256("other"), sigstore.root())) != "");
}

TEST_CASE("a step that was not run says so and why") {
  TestSigstore sigstore;
  const auto text = must(make_bundle(sigstore.sign(kArtifact)));
  auto root = sigstore.root();
  root.ctlogs.clear();
  const auto report = TestSigstore::verify(text, kArtifact, root, {.insecure_ignore_tlog = true});
  CHECK(report.verified.has_value());
  CHECK(result_of(report, "certificate.sct") == "skip");
  CHECK(step_of(report, "certificate.sct").message == "trusted root lists no certificate log");
  CHECK(result_of(report, "log.inclusion") == "skip");
  CHECK(step_of(report, "log.entry").message == "ignored on request (insecure)");
  CHECK(report.verified->logs.empty());
}

TEST_CASE("a time outside the certificate's life, an interval or the past is refused") {
  TestSigstore sigstore;
  sigstore.timestamp_time = TestSigstore::kTime.plus_seconds(541);
  const auto late = must(make_bundle(sigstore.sign(kArtifact)));
  CHECK(failures(TestSigstore::verify(late, kArtifact, sigstore.root())) ==
        "certificate.chain=certificate-outside-validity");
  sigstore.timestamp_time = TestSigstore::kTime.plus_seconds(540);
  const auto last = must(make_bundle(sigstore.sign(kArtifact)));
  CHECK(failures(TestSigstore::verify(last, kArtifact, sigstore.root())) == "");

  const auto at = [&](std::int64_t seconds) {
    return failures(verify_bundle(last, TestSigstore::expect(kArtifact), sigstore.root(), {},
                                  sigstore.timestamp_time.plus_seconds(seconds)));
  };
  CHECK(at(-300) == "");
  CHECK(at(-301) == "time.tsa=time-in-future");

  auto root = sigstore.root();
  root.certificate_authorities[0].valid_for.end = TestSigstore::kTime;
  CHECK(failures(TestSigstore::verify(last, kArtifact, root)) ==
        "certificate.chain=certificate-authority-not-valid");
  root = sigstore.root();
  root.tlogs[0].valid_for.end = TestSigstore::kTime;
  CHECK(failures(TestSigstore::verify(last, kArtifact, root)) == "log.inclusion=log-key-expired");
}

TEST_CASE("a repeated log entry and a repeated timestamp are refused") {
  TestSigstore sigstore;
  const auto text = must(make_bundle(sigstore.sign(kArtifact)));
  const auto twice = [&](auto select) {
    return TestSigstore::verify(edited(text,
                                       [&](Json& b) {
                                         Json& list = select(b["verificationMaterial"]);
                                         Json copy = list[0];
                                         list.push_back(std::move(copy));
                                       }),
                                kArtifact, sigstore.root());
  };
  CHECK(failures(twice([](Json& m) -> Json& { return m["tlogEntries"]; })) ==
        "log.inclusion=log-entry-duplicate");
  CHECK(failures(twice([](Json& m) -> Json& {
          return m["timestampVerificationData"]["rfc3161Timestamps"];
        })) == "time.tsa=timestamp-duplicate");
}

TEST_CASE("evidence of strangers beside good evidence is passed over and counted") {
  TestSigstore sigstore, stranger;
  const auto parts = sigstore.sign(kArtifact);
  const auto& signature = parts.envelope.signatures[0].sig;
  const auto pae = attest::pae(parts.envelope.payload_type, parts.envelope.payload);
  const auto foreign =
      must(json::parse(stranger.log(crypto::sha256(pae), signature, *parts.certificate)));
  const auto text = edited(must(make_bundle(parts)), [&](Json& b) {
    auto& material = b["verificationMaterial"];
    material["tlogEntries"].push_back(foreign);
    material["timestampVerificationData"]["rfc3161Timestamps"].push_back(
        {{"signedTimestamp", base64_encode(stranger.timestamp(signature))}});
  });
  const auto report = TestSigstore::verify(text, kArtifact, sigstore.root());
  CHECK(failures(report) == "");
  CHECK(step_of(report, "log.inclusion").message.find("1 of logs that are not trusted") !=
        std::string::npos);
  CHECK(step_of(report, "time.tsa").message.find("of 2 timestamps 1 proven") != std::string::npos);
  CHECK(report.verified->logs.size() == 1);
  CHECK(report.verified->times.size() == 1);
  // Alone it proves nothing.
  CHECK(failures(TestSigstore::verify(text, kArtifact, stranger.root())) ==
        "certificate.chain=certificate-untrusted");
}

TEST_CASE("signatures of the larger curves hold with their own hash and with SHA-256") {
  using crypto::KeyType;
  const struct {
    KeyType type;
    DigestAlgorithm hash;
    const char* failures;
  } rows[] = {
      {KeyType::ecdsa_p384, DigestAlgorithm::sha384, ""},
      {KeyType::ecdsa_p384, DigestAlgorithm::sha256, ""},
      {KeyType::ecdsa_p384, DigestAlgorithm::sha512, "signature=signature-invalid"},
      {KeyType::ecdsa_p521, DigestAlgorithm::sha512, ""},
      {KeyType::ecdsa_p521, DigestAlgorithm::sha256, ""},
      {KeyType::ecdsa_p256, DigestAlgorithm::sha384, "signature=signature-invalid"},
  };
  for (const auto& row : rows) {
    CAPTURE(crypto::to_string(row.type));
    TestSigstore sigstore;
    sigstore.signer_key_type = row.type;
    sigstore.signature_hash = row.hash;
    const auto text = must(make_bundle(sigstore.sign(kArtifact)));
    CHECK(failures(TestSigstore::verify(text, kArtifact, sigstore.root())) == row.failures);
  }
}

TEST_CASE("a bundle that cannot be read gives a report of one step") {
  const auto report = TestSigstore::verify("{}", kArtifact, TestSigstore().root());
  CHECK(report.malformed);
  REQUIRE(report.steps.size() == 1);
  CHECK(failures(report) == "bundle.form=bundle-malformed");
  CHECK(!report.verified.has_value());
  const auto large =
      TestSigstore::verify(std::string((32U << 20) + 1, ' '), kArtifact, TestSigstore().root());
  CHECK(failures(large) == "bundle.form=bundle-too-large");
}

TEST_CASE("a bundle by a bare key needs the key") {
  TestSigstore sigstore;
  auto parts = sigstore.sign(kArtifact);
  parts.certificate.reset();
  const auto report = TestSigstore::verify(must(make_bundle(parts)), kArtifact, sigstore.root());
  CHECK(failures(report) == "key=key-needed");
  CHECK(result_of(report, "log.inclusion") == "pass");
  CHECK(result_of(report, "signature") == "skip");
}

}  // namespace
}  // namespace mpk::sigstore
