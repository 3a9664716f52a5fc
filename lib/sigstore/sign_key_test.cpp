// Tests of signing with a key of one's own: no service is asked, and what is made holds.
#include "attest/dsse.hpp"
#include "attest/statement.hpp"
#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/issue.hpp"
#include "sigstore/bundle.hpp"
#include "sigstore/sign.hpp"
#include "sigstore/test_bundles.hpp"
#include "sigstore/test_signing_key.hpp"
#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

using namespace mpk;
using namespace mpk::sigstore;
using mpk::sigstore::testing::make_test_key;
using mpk::sigstore::testing::must;
using mpk::sigstore::testing::TestKey;

namespace {

struct Bench {
  mpk::testing::FakeTransport transport{
      [](const http::Request&, const std::string&) -> Result<http::Response> {
        return Error(ErrorKind::network, "nobody is there");
      }};
  FixedClock clock{Timestamp::from_seconds(1'760'000'000)};
  crypto::SystemRandom random;

  Result<std::unique_ptr<Signer>> try_make(KeySignerOptions options) {
    return make_key_signer(std::move(options), transport, clock, random, Logger());
  }
  std::unique_ptr<Signer> make(std::unique_ptr<TestKey> key) {
    return must(try_make({.key = std::move(key)}));
  }
};

std::string statement_about(const Digest& digest) {
  return attest::make_statement({{"model", {{"sha256", digest.hex()}}}},
                                "https://sigstore.dev/cosign/sign/v1", Json::object());
}

std::string hint_of(const crypto::PublicKey& key) {
  return base64_encode(key.fingerprint().bytes());
}

}  // namespace

TEST_CASE("a key signs statements and digests with the hash of its type, and asks no service") {
  using enum crypto::KeyType;
  const struct {
    crypto::KeyType type;
    DigestAlgorithm hash;
  } rows[] = {{ecdsa_p256, DigestAlgorithm::sha256},
              {ecdsa_p384, DigestAlgorithm::sha384},
              {ecdsa_p521, DigestAlgorithm::sha512},
              {rsa, DigestAlgorithm::sha256}};
  for (const auto& row : rows) {
    CAPTURE(to_string(row.type));
    Bench bench;
    auto key = make_test_key(row.type);
    const auto public_key = key->public_key();
    const auto signer = bench.make(std::move(key));
    CHECK(signer->identity() == "key.pem");
    CHECK(signer->issuer().empty());
    REQUIRE(signer->digest_algorithm() == row.hash);

    const auto message = must(signer->sign_digest(crypto::hash(row.hash, as_bytes("blob"))));
    CHECK(message.predicate_type.empty());
    CHECK(message.log_url.empty());
    const auto blob = must(parse_bundle(message.text));
    CHECK(blob.key_hint == hint_of(public_key));
    REQUIRE(blob.message);
    CHECK(blob.message->digest == crypto::hash(row.hash, as_bytes("blob")));
    CHECK(public_key.verify(as_bytes("blob"), blob.message->signature, row.hash));
    CHECK_FALSE(public_key.verify(as_bytes("bloc"), blob.message->signature, row.hash));

    const auto text = statement_about(crypto::sha256("model"));
    const auto envelope = must(signer->sign(text));
    CHECK(envelope.predicate_type == "https://sigstore.dev/cosign/sign/v1");
    const auto bundle = must(parse_bundle(envelope.text));
    REQUIRE(bundle.envelope);
    CHECK(bundle.envelope->payload == text);
    const auto pae = attest::pae(attest::kInTotoPayloadType, text);
    CHECK(public_key.verify(as_bytes(pae), bundle.envelope->signatures.front().sig, row.hash));
    CHECK(bundle.log_entries.empty());
    CHECK(bundle.timestamps.empty());
    CHECK(bench.transport.seen().empty());
  }
}

TEST_CASE("a digest of another algorithm than the key's is refused") {
  Bench bench;
  const auto signer = bench.make(make_test_key(crypto::KeyType::ecdsa_p384));
  const auto refused = signer->sign_digest(crypto::sha256("blob"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::usage);
}

TEST_CASE("Ed25519 signs content and statements, but neither digests nor anything for a log") {
  Bench bench;
  auto key = make_test_key(crypto::KeyType::ed25519);
  const auto public_key = key->public_key();
  const auto signer = bench.make(std::move(key));
  CHECK_FALSE(signer->digest_algorithm());
  const auto refused = signer->sign_digest(crypto::sha256("blob"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::unsupported);
  CHECK(refused.error().hint().find("ECDSA") != std::string::npos);
  for (const std::string content : {"blob", ""}) {
    const auto bundle = must(parse_bundle(must(signer->sign_content(as_bytes(content))).text));
    CHECK(public_key.verify(as_bytes(content), bundle.message->signature));
  }
  CHECK(signer->sign(statement_about(crypto::sha256("model"))));

  const Validity always{Timestamp::from_seconds(0), std::nullopt};
  for (const unsigned version : {1U, 2U}) {
    SigningServices services{.config = {},
                             .trusted_root = {{}, {}, {}, {}, {}, crypto::sha256("root")}};
    services.config.rekor = {{"https://rekor.example", version, always, "a"}};
    const auto logged = bench.try_make(
        {.key = make_test_key(crypto::KeyType::ed25519), .services = std::move(services)});
    REQUIRE_FALSE(logged);
    CHECK(logged.error().kind() == ErrorKind::unsupported);
    CHECK(logged.error().hint().find("without --signing-config") != std::string::npos);
  }
  CHECK(bench.transport.seen().empty());
}

TEST_CASE("a certificate is written when it is the key's, with its chain where that is asked for") {
  Bench bench;
  const auto root_key = must(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));
  const auto middle_key = must(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));
  const auto leaf_key = must(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));
  const auto now = bench.clock.now();
  auto wanted = [&](const std::string& name, const crypto::PrivateKey& key, bool ca) {
    crypto::CertificateRequest request{.common_name = name,
                                       .organization = {},
                                       .key = key.public_key(),
                                       .not_before = now.plus_seconds(-60),
                                       .not_after = now.plus_seconds(60)};
    request.ca = ca;
    request.digital_signature = !ca;
    return request;
  };
  const auto root =
      must(crypto::issue_certificate(wanted("root", root_key, true), {root_key, std::nullopt}));
  const auto middle =
      must(crypto::issue_certificate(wanted("middle", middle_key, true), {root_key, root}));
  const auto leaf =
      must(crypto::issue_certificate(wanted("leaf", leaf_key, false), {middle_key, middle}));
  const std::vector<crypto::Certificate> chain{leaf, middle, root};
  const auto digest = crypto::sha256("blob");

  auto signer =
      must(bench.try_make({.key = std::make_unique<TestKey>(leaf_key), .certificates = chain}));
  const auto bundle = must(parse_bundle(must(signer->sign_digest(digest)).text));
  CHECK(bundle.certificates == std::vector{leaf});
  CHECK_FALSE(bundle.key_hint);

  signer = must(bench.try_make(
      {.key = std::make_unique<TestKey>(leaf_key), .certificates = chain, .whole_chain = true}));
  const auto document = json::parse(must(signer->sign_digest(digest)).text).take();
  const auto& written = document["verificationMaterial"]["x509CertificateChain"]["certificates"];
  // The root is for the verifier to have.
  REQUIRE(written.size() == 2);
  CHECK(written[0]["rawBytes"] == base64_encode(leaf.der()));
  CHECK(written[1]["rawBytes"] == base64_encode(middle.der()));
  CHECK_FALSE(document["verificationMaterial"].contains("certificate"));

  const auto foreign = bench.try_make({.key = make_test_key(), .certificates = chain});
  REQUIRE_FALSE(foreign);
  CHECK(foreign.error().kind() == ErrorKind::usage);
}

TEST_CASE("a signature that does not hold leaves no bundle, whatever made it") {
  Bench bench;
  auto key = make_test_key();
  key->broken = true;
  const auto signer = bench.make(std::move(key));
  for (const auto& made : {signer->sign_digest(crypto::sha256("blob")),
                           signer->sign(statement_about(crypto::sha256("model")))}) {
    REQUIRE_FALSE(made);
    CHECK(made.error().kind() == ErrorKind::untrusted);
  }
}

TEST_CASE("a statement without a subject that can be looked for is refused") {
  Bench bench;
  const auto signer = bench.make(make_test_key());
  CHECK(signer->sign(statement_about(crypto::sha256("model"))));
  const auto refused = signer->sign(
      attest::make_statement({{"model", {{"md5", "900150983cd24fb0d6963f7d28e17f72"}}}},
                             "https://x.example/v1", Json::object()));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::usage);
}
