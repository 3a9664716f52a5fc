// The whole sandbox: its files, and a keyless signature made and checked by hand.
#include "crypto/chain.hpp"
#include "crypto/issue.hpp"
#include "crypto/merkle.hpp"
#include "crypto/sct.hpp"
#include "crypto/timestamp.hpp"
#include "sandbox/test_sandbox.hpp"
#include "sigstore/note.hpp"

namespace mpk::sandbox {
namespace {

using testing::body_of;
using testing::kNow;
using testing::must;

Bytes bytes_of(const Json& base64) { return must(base64_decode(base64.get<std::string>())); }

std::vector<crypto::Certificate> certificates_of(const Json& authority) {
  std::vector<crypto::Certificate> chain;
  for (const auto& entry : authority["certChain"]["certificates"]) {
    chain.push_back(must(crypto::Certificate::from_der(bytes_of(entry["rawBytes"]))));
  }
  return chain;
}

TEST_CASE("the directory holds the trust files, and the token without a line break") {
  const testing::Bench bench;
  CHECK(bench.root["mediaType"] == "application/vnd.dev.sigstore.trustedroot+json;version=0.1");
  const auto start = kNow.plus_seconds(-86'400).text();
  for (const auto* member : {"tlogs", "ctlogs"}) {
    CAPTURE(member);
    REQUIRE(bench.root[member].size() == 1);
    const auto& log = bench.root[member][0];
    CHECK(log["publicKey"]["validFor"]["start"] == start);
    CHECK(bytes_of(log["logId"]["keyId"]).size() == 32);
  }
  for (const auto* member : {"certificateAuthorities", "timestampAuthorities"}) {
    CAPTURE(member);
    REQUIRE(bench.root[member].size() == 1);
    const auto& authority = bench.root[member][0];
    CHECK(authority["validFor"]["start"] == start);
    CHECK_FALSE(authority["subject"]["commonName"].get<std::string>().empty());
  }
  CHECK(bench.root["ctlogs"][0]["baseUrl"] == bench.services->ctlog_url());
  CHECK(bench.root["certificateAuthorities"][0]["uri"] == bench.service("caUrls"));
  CHECK(bench.root["tlogs"][0]["baseUrl"] == bench.service("rekorTlogUrls"));
  CHECK(bench.config["rekorTlogUrls"][0]["majorApiVersion"] == 2);
  CHECK(bench.service("oidcUrls") == bench.services->issuer().url());

  const auto both = bench.read("trust-config.json");
  CHECK(both["trustedRoot"] == bench.root);
  CHECK(both["signingConfig"] == bench.config);
  const auto claims =
      must(bench.services->issuer().verify(bench.text("identity-token"), "sigstore"));
  CHECK(claims.email == Sandbox::kIdentity);
}

TEST_CASE("two sandboxes trust different keys") {
  const testing::Bench one, other;
  for (const auto* member : {"tlogs", "ctlogs"}) {
    CHECK(one.root[member][0]["logId"] != other.root[member][0]["logId"]);
  }
  const auto token = one.text("identity-token");
  CHECK_FALSE(other.services->issuer().verify(token, "sigstore").has_value());
  CHECK(one.services->registry_host() != other.services->registry_host());
}

TEST_CASE("a sandbox without a clock, or on a port that is taken, is refused") {
  const testing::Bench bench;
  const auto directory = must(TempDir::create("mpk-sandbox-test"));
  CHECK_FALSE(Sandbox::start({.directory = directory.path()}).has_value());
  const auto host = bench.services->registry_host();
  const auto port = static_cast<std::uint16_t>(std::stoul(host.substr(host.find(':') + 1)));
  const auto second =
      Sandbox::start({.directory = directory.path(), .clock = &bench.clock, .registry_port = port});
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().kind() == ErrorKind::io);
}

TEST_CASE("a keyless signature, from token to inclusion proof, holds under the trusted root") {
  const testing::Bench bench;
  const auto key = must(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));

  Json ask;
  ask["certificateSigningRequest"] = base64_encode(as_bytes(must(crypto::make_csr(key))));
  const auto answer =
      bench.send("POST", bench.fulcio("/api/v2/signingCert"),
                 {{"Authorization", "Bearer " + bench.text("identity-token")}}, json::compact(ask));
  REQUIRE_MESSAGE(answer.status == 200, answer.body);
  const auto pem = body_of(answer)["signedCertificateEmbeddedSct"]["chain"]["certificates"][0];
  const auto leaf = must(crypto::Certificate::from_pem(pem.get<std::string>()));

  const std::string_view message = "DSSEv1 …";
  const auto signature = must(key.sign(as_bytes(message)));
  const auto query = must(
      crypto::make_timestamp_request(crypto::hash(DigestAlgorithm::sha256, signature), {}, false));
  const auto stamp =
      bench.send("POST", bench.service("tsaUrls"),
                 {{"Content-Type", "application/timestamp-query"}}, std::string(as_text(query)));

  Json body;
  auto& request = body["hashedRekordRequestV002"];
  request["digest"] = base64_encode(crypto::sha256(message).bytes());
  request["signature"]["content"] = base64_encode(signature);
  auto& verifier = request["signature"]["verifier"];
  verifier["x509Certificate"]["rawBytes"] = base64_encode(leaf.der());
  verifier["keyDetails"] = "PKIX_ECDSA_P256_SHA_256";
  const auto entry = body_of(bench.post_json(bench.rekor("/api/v2/log/entries"), body));

  // Now as a verifier, with nothing but the trusted root.
  const auto& tsa = bench.root["timestampAuthorities"][0];
  const auto time = must(crypto::verify_timestamp(
                             to_bytes(stamp.body), signature,
                             {{certificates_of(tsa), kNow.plus_seconds(-1), std::nullopt, "tsa"}}))
                        .time;
  const auto authorities = certificates_of(bench.root["certificateAuthorities"][0]);
  CHECK(crypto::verify_chain(leaf, {authorities[0]}, {authorities[1]}, time).has_value());
  const auto& ctlog = bench.root["ctlogs"][0];
  const crypto::CtLog log{
      bytes_of(ctlog["logId"]["keyId"]),
      must(crypto::PublicKey::from_spki(bytes_of(ctlog["publicKey"]["rawBytes"]))),
      kNow.plus_seconds(-1), std::nullopt};
  CHECK(crypto::verify_scts(leaf, authorities[0], {log}).has_value());
  CHECK(must(leaf.public_key()).verify(as_bytes(message), signature).has_value());

  const auto& tlog = bench.root["tlogs"][0];
  const auto& proof = entry["inclusionProof"];
  const auto checkpoint =
      must(sigstore::parse_checkpoint(proof["checkpoint"]["envelope"].get<std::string>()));
  CHECK(sigstore::verify_note(
            checkpoint.note, "127.0.0.1",
            must(crypto::PublicKey::from_spki(bytes_of(tlog["publicKey"]["rawBytes"]))),
            bytes_of(tlog["logId"]["keyId"]))
            .has_value());
  CHECK(must(crypto::merkle_root_from_inclusion(
            0, checkpoint.size, crypto::merkle_leaf_hash(bytes_of(entry["canonicalizedBody"])),
            {})) == checkpoint.root_hash);
}

}  // namespace
}  // namespace mpk::sandbox
