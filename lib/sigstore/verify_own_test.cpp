// Verification by a key or an authority of one's own, thresholds, and the hints of what goes wrong.
#include "sigstore/test_sigstore.hpp"
#include "sigstore/verify.hpp"

namespace mpk::sigstore {
namespace {

using namespace testing;

const Digest kArtifact = crypto::sha256("model");
const Timestamp kNow = TestSigstore::kTime.plus_seconds(3600);

TrustedRoot no_root() { return {{}, {}, {}, {}, {}, crypto::sha256("")}; }

crypto::PrivateKey generate(crypto::KeyType type) {
  return must(crypto::PrivateKey::generate(type));
}

/// A message signature by a bare key, without log or timestamp.
std::string by_key(const crypto::PrivateKey& key, std::string_view content, DigestAlgorithm hash,
                   bool with_digest = true) {
  Json out = {{"mediaType", kBundleType}};
  out["verificationMaterial"]["publicKey"]["hint"] = "k";
  const auto digest = crypto::hash(hash, as_bytes(content));
  if (with_digest) {
    out["messageSignature"]["messageDigest"] = {
        {"algorithm", hash == DigestAlgorithm::sha256   ? "SHA2_256"
                      : hash == DigestAlgorithm::sha384 ? "SHA2_384"
                                                        : "SHA2_512"},
        {"digest", base64_encode(digest.bytes())}};
  }
  out["messageSignature"]["signature"] = base64_encode(must(key.sign(as_bytes(content), hash)));
  return json::compact(out);
}

Report judge(const std::string& bundle, const Expectation& expectation, const TrustedRoot& root,
             const Evidence& evidence = {}) {
  return verify_bundle(bundle, expectation, root, evidence, kNow);
}

TEST_CASE("a bare key verifies a message of each kind, the P-384 and P-521 fallback included") {
  using crypto::KeyType;
  struct Row {
    KeyType type;
    DigestAlgorithm hash;
  };
  for (const auto& row : {Row{KeyType::ecdsa_p256, DigestAlgorithm::sha256},
                          Row{KeyType::ecdsa_p384, DigestAlgorithm::sha384},
                          Row{KeyType::ecdsa_p384, DigestAlgorithm::sha256},
                          Row{KeyType::ecdsa_p521, DigestAlgorithm::sha512},
                          Row{KeyType::ecdsa_p521, DigestAlgorithm::sha256},
                          Row{KeyType::rsa, DigestAlgorithm::sha256}}) {
    CAPTURE(std::string(crypto::to_string(row.type)));
    const auto key = generate(row.type);
    const auto bundle = by_key(key, "model", row.hash);
    Expectation expectation{.artifact = kArtifact, .identities = {}, .key = key.public_key()};
    expectation.other_digests = {crypto::hash(DigestAlgorithm::sha384, as_bytes("model")),
                                 crypto::hash(DigestAlgorithm::sha512, as_bytes("model"))};
    const auto report = judge(bundle, expectation, no_root());
    CHECK(failures(report) == "");
    CHECK(report.verified->key == key.public_key().fingerprint());
    CHECK(report.verified->identity.subject == "");
    expectation.artifact = crypto::sha256("other");
    expectation.other_digests = {crypto::hash(DigestAlgorithm::sha384, as_bytes("other")),
                                 crypto::hash(DigestAlgorithm::sha512, as_bytes("other"))};
    CHECK(failures(judge(bundle, expectation, no_root())) == "subject=subject-mismatch");
  }
}

TEST_CASE("where only the SHA-256 is known, a signature over SHA-384 says what is needed") {
  const auto key = generate(crypto::KeyType::ecdsa_p384);
  const auto report =
      judge(by_key(key, "model", DigestAlgorithm::sha384),
            {.artifact = kArtifact, .identities = {}, .key = key.public_key()}, no_root());
  CHECK(failures(report) == "subject=digest-algorithm");
  CHECK(step_of(report, "subject").hint.find("digest by sha384") != std::string::npos);
}

TEST_CASE("pure Ed25519 needs the content, and says so where it has only a digest") {
  const auto key = generate(crypto::KeyType::ed25519);
  const auto bundle = by_key(key, "model", DigestAlgorithm::sha256);
  Expectation expectation{.artifact = kArtifact, .identities = {}, .key = key.public_key()};
  auto report = judge(bundle, expectation, no_root());
  CHECK(failures(report) == "signature=signature-needs-content");
  CHECK(step_of(report, "signature").hint.find("file itself") != std::string::npos);
  expectation.content = as_bytes("model");
  CHECK(failures(judge(bundle, expectation, no_root())) == "");
  expectation.content = as_bytes("modeL");
  expectation.artifact = crypto::sha256("modeL");
  CHECK(judge(bundle, expectation, no_root()).first_failure()->code == "signature-invalid");
}

TEST_CASE("what looks like Ed25519ph is refused by that name, and pure Ed25519 beside it is not") {
  const auto key = generate(crypto::KeyType::ed25519);
  Expectation expectation{.artifact = kArtifact, .identities = {}, .key = key.public_key()};
  expectation.content = as_bytes("model");
  expectation.other_digests = {crypto::hash(DigestAlgorithm::sha512, as_bytes("model"))};
  const auto pure = by_key(key, "model", DigestAlgorithm::sha512);
  CHECK(failures(judge(pure, expectation, no_root())) == "");
  const auto edit = [&](const std::string& bundle) {
    return edited(
        bundle, [](Json& b) { b["messageSignature"]["signature"] = base64_encode(Bytes(64, 7)); });
  };
  const auto prehashed = judge(edit(pure), expectation, no_root());
  CHECK(failures(prehashed) == "signature=signature-prehashed");
  CHECK(prehashed.first_failure()->message.find("not supported") != std::string::npos);
  CHECK(prehashed.first_failure()->hint.find("ECDSA") != std::string::npos);
  CHECK(failures(judge(edit(by_key(key, "model", DigestAlgorithm::sha256)), expectation,
                       no_root())) == "signature=signature-invalid");
}

TEST_CASE("a wrong key is called a wrong key, and no key at all is asked for") {
  const auto key = generate(crypto::KeyType::ecdsa_p256);
  const auto other = generate(crypto::KeyType::ecdsa_p256).public_key();
  const auto bundle = by_key(key, "model", DigestAlgorithm::sha256);
  const auto wrong =
      judge(bundle, {.artifact = kArtifact, .identities = {}, .key = other}, no_root());
  REQUIRE(wrong.first_failure() != nullptr);
  CHECK(wrong.first_failure()->code == "signature-invalid");
  CHECK(wrong.first_failure()->message.find("the key that was given") != std::string::npos);
  CHECK(wrong.first_failure()->hint.find("public key of the one who signed") != std::string::npos);
  const auto none = judge(bundle, {.artifact = kArtifact, .identities = {}}, no_root());
  CHECK(none.first_failure()->code == "key-needed");
  CHECK(none.first_failure()->hint.find("--key") != std::string::npos);
}

TEST_CASE("with a key, what the trusted root lists as logs is still required") {
  TestSigstore sigstore;
  const auto key = generate(crypto::KeyType::ecdsa_p256);
  const auto report =
      judge(by_key(key, "model", DigestAlgorithm::sha256),
            {.artifact = kArtifact, .identities = {}, .key = key.public_key()}, sigstore.root());
  CHECK(failures(report) == "log.inclusion=log-entry-missing");
}

TEST_CASE("a bundle with a certificate passes the key that the certificate has, and no other") {
  TestSigstore sigstore;
  const auto parts = sigstore.sign(kArtifact);
  const auto bundle = must(make_bundle(parts));
  Expectation expectation{
      .artifact = kArtifact, .identities = {}, .key = must(parts.certificate->public_key())};
  CHECK(failures(judge(bundle, expectation, sigstore.root())) == "");
  expectation.key = generate(crypto::KeyType::ecdsa_p256).public_key();
  const auto report = judge(bundle, expectation, sigstore.root());
  CHECK(report.first_failure()->code == "key-mismatch");
  CHECK(report.first_failure()->hint.find("--certificate-identity") != std::string::npos);
}

TEST_CASE("an authority of one's own replaces the trusted root's, and another one does not") {
  TestSigstore own, other;
  own.with_sct = false;
  const auto bundle = must(make_bundle(own.sign(kArtifact)));
  auto expectation = TestSigstore::expect(kArtifact);
  expectation.anchors = {own.ca};
  auto root = own.root();
  root.certificate_authorities.clear();
  CHECK(failures(judge(bundle, expectation, root)) == "");
  expectation.anchors = {other.ca};
  const auto report = judge(bundle, expectation, root);
  CHECK(failures(report) == "certificate.chain=certificate-untrusted");
  CHECK(report.first_failure()->hint.find("--certificate-chain") != std::string::npos);
  // Without a proven time, now decides.
  expectation.anchors = {own.ca};
  CHECK(failures(judge(bundle, expectation, no_root())) ==
        "certificate.chain=certificate-outside-validity");
  CHECK(failures(verify_bundle(bundle, expectation, no_root(), {}, TestSigstore::kTime)) == "");
}

TEST_CASE("a log whose key was given up proves nothing now, only at a proven time") {
  TestSigstore own;
  own.with_sct = false;
  auto parts = own.sign(kArtifact);
  const auto stamped = must(make_bundle(parts));
  parts.timestamps.clear();
  const auto timeless = must(make_bundle(parts));
  auto expectation = TestSigstore::expect(kArtifact);
  expectation.anchors = {own.ca};
  const auto kTime = TestSigstore::kTime;
  const auto until = [&](const std::string& bundle, Timestamp start, std::optional<Timestamp> end,
                         const Evidence& evidence = {}) {
    auto root = own.root();
    root.tlogs[0].valid_for = {start, end};
    return verify_bundle(bundle, expectation, root, evidence, kTime.plus_seconds(60));
  };
  const auto before = kTime.plus_seconds(-60);
  // Without a proven time now decides, both ends included.
  CHECK(failures(until(timeless, before, std::nullopt)) == "");
  CHECK(failures(until(timeless, before, kTime.plus_seconds(60))) == "");
  const auto refused = until(timeless, before, kTime.plus_seconds(59));
  CHECK(failures(refused) == "log.inclusion=log-time-not-proven");
  CHECK(refused.first_failure()->hint.find("timestamp authority") != std::string::npos);
  CHECK(refused.first_failure()->expected.size() == 1);
  CHECK(failures(until(timeless, kTime.plus_seconds(61), std::nullopt)) ==
        "log.inclusion=log-time-not-proven");
  CHECK(failures(until(timeless, before, kTime, {.insecure_ignore_tlog = true})) == "");
  // With one, the key may have been given up since.
  CHECK(failures(until(stamped, before, kTime)) == "");
  CHECK(failures(until(stamped, before, kTime.plus_seconds(-1))) ==
        "log.inclusion=log-key-expired");
}

TEST_CASE("who may issue certificates signs only where it is itself what was given as trusted") {
  const auto authority = [](const crypto::PrivateKey& key, std::string name) {
    return crypto::CertificateRequest{.common_name = std::move(name),
                                      .organization = {},
                                      .key = key.public_key(),
                                      .not_before = kNow.plus_seconds(-86400),
                                      .not_after = kNow.plus_seconds(86400),
                                      .ca = true,
                                      .path_length = std::nullopt,
                                      .digital_signature = true,
                                      .subject_alt_name = std::nullopt,
                                      .extensions = {}};
  };
  const auto root_key = generate(crypto::KeyType::ecdsa_p256);
  const auto middle_key = generate(crypto::KeyType::ecdsa_p256);
  const auto root =
      must(crypto::issue_certificate(authority(root_key, "root"), {root_key, std::nullopt}));
  const auto middle =
      must(crypto::issue_certificate(authority(middle_key, "middle"), {root_key, root}));
  const auto bundle_by = [](const crypto::PrivateKey& key, const crypto::Certificate& certificate) {
    return edited(by_key(key, "model", DigestAlgorithm::sha256), [&](Json& top) {
      auto& material = top["verificationMaterial"];
      material = Json::object();
      material["x509CertificateChain"]["certificates"] =
          Json::array({{{"rawBytes", base64_encode(certificate.der())}}});
    });
  };
  const auto expected = [](std::string who, const std::vector<crypto::Certificate>& anchors) {
    Expectation out{.artifact = kArtifact, .identities = {{{std::move(who), {}}, {"CN=root", {}}}}};
    out.anchors = anchors;
    return out;
  };
  // `openssl req -x509` makes such certificates, and models are signed with them.
  CHECK(failures(judge(bundle_by(root_key, root), expected("root", {root}), no_root())) == "");
  for (const auto& anchors : {std::vector{root}, std::vector{middle, root}, std::vector{middle}}) {
    CHECK(failures(judge(bundle_by(middle_key, middle), expected("middle", anchors), no_root())) ==
          "certificate.chain=certificate-usage");
  }
  // Signers of the model signing conformance suite: cA in name, without keyCertSign.
  const auto signer_key = generate(crypto::KeyType::ecdsa_p256);
  auto in_name = authority(signer_key, "signer");
  in_name.ca = false;
  in_name.extensions.push_back({"2.5.29.19", {0x30, 0x03, 0x01, 0x01, 0xff}, true});
  const auto signer = must(crypto::issue_certificate(in_name, {root_key, root}));
  REQUIRE(signer.is_ca());
  CHECK(failures(judge(bundle_by(signer_key, signer), expected("signer", {root}), no_root())) ==
        "");
}

TEST_CASE("a chain in v0.3 is refused, but by authorities of one's own, and then for its reason") {
  TestSigstore own, other;
  own.with_sct = false;
  const auto chained = [&](const char* media_type, const crypto::Certificate& last) {
    return edited(must(make_bundle(own.sign(kArtifact))), [&](Json& b) {
      b["mediaType"] = media_type;
      auto& material = b["verificationMaterial"];
      material["x509CertificateChain"]["certificates"] =
          Json::array({material["certificate"], {{"rawBytes", base64_encode(last.der())}}});
      material.erase("certificate");
    });
  };
  const std::string v3(kBundleType);
  auto expectation = TestSigstore::expect(kArtifact);
  auto root = own.root();
  root.ctlogs.clear();
  const auto refused = judge(chained(v3.c_str(), own.ca), expectation, root);
  CHECK(refused.malformed);
  CHECK(failures(refused) == "bundle.form=bundle-malformed");
  CHECK(refused.first_failure()->hint.find("--certificate-chain") != std::string::npos);
  expectation.anchors = {own.ca};
  CHECK(failures(judge(chained(v3.c_str(), own.ca), expectation, root)) == "");
  expectation.anchors = {other.ca};
  const auto unproven = judge(chained(v3.c_str(), own.ca), expectation, root);
  CHECK_FALSE(unproven.malformed);
  CHECK(failures(unproven) == "certificate.chain=certificate-untrusted");
  // npm's provenance of 2023 has the whole chain, in v0.1: the trusted root's own does no harm.
  expectation.anchors.clear();
  const auto* v2 = "application/vnd.dev.sigstore.bundle+json;version=0.2";
  CHECK(failures(judge(chained(v2, own.ca), expectation, root)) == "");
  CHECK(failures(judge(chained(v2, other.ca), expectation, root)) ==
        "bundle.form=bundle-malformed");
}

/// As cosign's .att tags had it: an entry of Rekor v1 with the log's promise alone.
Bundle with_intoto_v1(const TestSigstore& sigstore, const BundleParts& parts,
                      const Digest& envelope, const crypto::Certificate& verifier) {
  auto bundle = must(parse_bundle(must(make_bundle(parts))));
  Json body = {{"apiVersion", "0.0.1"}, {"kind", "intoto"}};
  body["spec"]["content"]["hash"] = {{"algorithm", "sha256"}, {"value", envelope.hex()}};
  body["spec"]["publicKey"] = base64_encode(as_bytes(verifier.pem()));
  auto& entry = bundle.log_entries[0];
  entry.canonicalized_body = json::compact(body);
  entry.kind = "intoto";
  entry.version = "0.0.1";
  entry.proof.reset();
  entry.integrated_time = TestSigstore::kTime.seconds();
  const auto promised = R"({"body":")" + base64_encode(as_bytes(entry.canonicalized_body)) +
                        R"(","integratedTime":)" + std::to_string(entry.integrated_time) +
                        R"(,"logID":")" + hex_encode(entry.log_id) + R"(","logIndex":)" +
                        std::to_string(entry.log_index) + "}";
  entry.signed_entry_timestamp = must(sigstore.log_key.sign(as_bytes(promised)));
  bundle.minor_version = 1;
  return bundle;
}

TEST_CASE("an intoto 0.0.1 entry counts where the envelope's own bytes are at hand") {
  TestSigstore sigstore;
  const auto parts = sigstore.sign(kArtifact);
  const auto other = sigstore.sign(kArtifact);
  const auto envelope = crypto::sha256("the envelope as it was sent");
  const auto verify = [&](const Bundle& bundle) {
    return verify_read_bundle(bundle, TestSigstore::expect(kArtifact), sigstore.root(), {}, kNow);
  };
  auto bundle = with_intoto_v1(sigstore, parts, envelope, *parts.certificate);
  const auto unknown = verify(bundle);
  CHECK(failures(unknown) == "log.entry=entry-kind-unsupported");
  CHECK(unknown.first_failure()->hint.find(".att") != std::string::npos);
  bundle.envelope_digest = envelope;
  CHECK(failures(verify(bundle)) == "");
  CHECK(step_of(verify(bundle), "log.entry").message == "intoto 0.0.1");
  bundle.envelope_digest = crypto::sha256("other bytes");
  CHECK(failures(verify(bundle)) == "log.entry=entry-digest-mismatch");
  auto foreign = with_intoto_v1(sigstore, parts, envelope, *other.certificate);
  foreign.envelope_digest = envelope;
  CHECK(failures(verify(foreign)) == "log.entry=entry-certificate-mismatch");
  // It is of no use for a file's signature.
  auto message = bundle;
  message.envelope.reset();
  message.message = MessageSignature{.digest = kArtifact, .signature = Bytes{1, 2, 3}};
  CHECK(step_of(verify(message), "log.entry").code == "entry-kind-mismatch");
}

TEST_CASE("thresholds count different operators, and say how many there were") {
  TestSigstore sigstore;
  const auto bundle = must(make_bundle(sigstore.sign(kArtifact)));
  const auto root = sigstore.root();
  CHECK(failures(TestSigstore::verify(bundle, kArtifact, root, {.logs = 1, .timestamps = 1})) ==
        "");
  const auto logs = TestSigstore::verify(bundle, kArtifact, root, {.logs = 2});
  CHECK(failures(logs) == "log.inclusion=log-threshold");
  CHECK(step_of(logs, "log.inclusion").found == "1 (log.example)");
  const auto times = TestSigstore::verify(bundle, kArtifact, root, {.timestamps = 2});
  CHECK(failures(times) == "time.tsa=timestamp-threshold");
  CHECK(step_of(times, "time.tsa").hint != "");
}

TEST_CASE("two authorities of one operator are one, of two operators two") {
  TestSigstore first, second;
  auto parts = first.sign(kArtifact);
  parts.timestamps.push_back(second.timestamp(parts.envelope.signatures.front().sig));
  const auto bundle = must(make_bundle(parts));
  auto root = first.root();
  auto added = second.root().timestamp_authorities.front();
  added.uri = "https://second.example";
  root.timestamp_authorities.push_back(added);
  const Evidence two{.timestamps = 2};
  CHECK(failures(TestSigstore::verify(bundle, kArtifact, root, two)) == "");
  for (auto& authority : root.timestamp_authorities) authority.operated_by = "acme";
  CHECK(failures(TestSigstore::verify(bundle, kArtifact, root, two)) ==
        "time.tsa=timestamp-threshold");
}

TEST_CASE("a bundle of another instance says so in every step that misses a key") {
  TestSigstore ours, theirs;
  const auto report =
      TestSigstore::verify(must(make_bundle(theirs.sign(kArtifact))), kArtifact, ours.root());
  for (const auto* id : {"time.tsa", "certificate.chain", "log.inclusion"}) {
    CAPTURE(id);
    CHECK(step_of(report, id).hint.find("another Sigstore instance") != std::string::npos);
    CHECK(step_of(report, id).hint.find("mpk trust import") != std::string::npos);
  }
}

TEST_CASE("a missing timestamp says how to get one") {
  TestSigstore sigstore;
  auto parts = sigstore.sign(kArtifact);
  parts.timestamps.clear();
  const auto report = TestSigstore::verify(must(make_bundle(parts)), kArtifact, sigstore.root());
  CHECK(report.first_failure()->code == "timestamp-missing");
  CHECK(report.first_failure()->hint.find("timestamp authority") != std::string::npos);
}

}  // namespace
}  // namespace mpk::sigstore
