// A whole Sigstore in memory (CA, CT log, Rekor v2, TSA), for the tests of lib/sigstore.
#pragma once

#include "attest/statement.hpp"
#include "base/encoding.hpp"
#include "crypto/issue.hpp"
#include "crypto/merkle.hpp"
#include "sigstore/note.hpp"
#include "sigstore/test_bundles.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace mpk::sigstore::testing {

struct TestSigstore {
  static inline const Timestamp kTime = Timestamp::from_seconds(1'760'000'000);
  static constexpr const char* kOrigin = "log.example";

  crypto::PrivateKey ca_key = make_key(), ct_key = make_key(), tsa_key = make_key();
  crypto::PrivateKey log_key = must(crypto::PrivateKey::generate(crypto::KeyType::ed25519));
  crypto::Certificate ca = must(crypto::issue_certificate(
      authority_request(ca_key.public_key(), "ca"), {ca_key, std::nullopt}));
  std::vector<crypto::Certificate> tsa_chain = make_tsa_chain();
  crypto::MerkleTree tree;

  // What a test may change before it signs.
  crypto::KeyType signer_key_type = crypto::KeyType::ecdsa_p256;
  DigestAlgorithm signature_hash = DigestAlgorithm::sha256;
  bool with_sct = true;
  Timestamp timestamp_time = kTime;
  Timestamp certificate_start = kTime.plus_seconds(-60);
  bool foreign_sct = false;  // by a log that the trusted root does not know
  std::string email = "ci@example.com";

  TrustedRoot root() const {
    TrustedRoot out{{}, {}, {}, {}, {}, crypto::sha256("test")};
    const Validity validity{kTime.plus_seconds(-86400), std::nullopt};
    out.tlogs.push_back({"https://log.example", kOrigin,
                         must(note_key_id(kOrigin, log_key.public_key())), log_key.public_key(),
                         validity});
    out.certificate_authorities.push_back({"https://ca.example", {ca}, validity});
    out.ctlogs.push_back({ct_key.public_key().fingerprint().bytes(), ct_key.public_key(),
                          validity.start, std::nullopt});
    out.timestamp_authorities.push_back(
        {tsa_chain, validity.start, std::nullopt, "https://tsa.example"});
    return out;
  }

  /// The authority again, with time-stamping as its only purpose.
  void limit_authority() {
    auto again = authority_request(ca_key.public_key(), "ca");
    again.time_stamping = true;
    ca = must(crypto::issue_certificate(again, {ca_key, std::nullopt}));
  }

  /// A signed statement about `artifact`, with log entry and timestamp.
  BundleParts sign(const Digest& artifact,
                   const std::string& predicate_type = "https://sigstore.dev/cosign/sign/v1",
                   const Json& predicate = Json::object()) {
    const auto key = must(crypto::PrivateKey::generate(signer_key_type));
    const auto statement = attest::make_statement({{"model", {{"sha256", artifact.hex()}}}},
                                                  predicate_type, predicate);
    attest::Envelope envelope{std::string(attest::kInTotoPayloadType), statement, {}};
    const auto pae = attest::pae(envelope.payload_type, envelope.payload);
    const Bytes signature = must(key.sign(as_bytes(pae), signature_hash));
    envelope.signatures.push_back({signature, ""});
    BundleParts parts{envelope, certify(key.public_key()), "", std::nullopt, {}};
    parts.log_entry =
        log(crypto::hash(signature_hash, as_bytes(pae)), signature, *parts.certificate);
    parts.timestamps.push_back(timestamp(signature));
    return parts;
  }

  /// A bundle over bytes (cosign sign-blob): it states nothing.
  std::string sign_bytes(std::string_view bytes) {
    const auto key = must(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));
    const auto certificate = certify(key.public_key());
    const Bytes signature = must(key.sign(as_bytes(bytes)));
    const auto digest = crypto::sha256(bytes);
    Json out = {{"mediaType", kBundleType}};
    auto& material = out["verificationMaterial"];
    material["certificate"]["rawBytes"] = base64_encode(certificate.der());
    material["tlogEntries"] = Json::array({must(json::parse(log(digest, signature, certificate)))});
    material["timestampVerificationData"]["rfc3161Timestamps"] =
        Json::array({{{"signedTimestamp", base64_encode(timestamp(signature))}}});
    out["messageSignature"]["messageDigest"] = {{"algorithm", "SHA2_256"},
                                                {"digest", base64_encode(digest.bytes())}};
    out["messageSignature"]["signature"] = base64_encode(signature);
    return json::compact(out);
  }

  /// Rekor v2's answer for a hashedrekord.
  std::string log(const Digest& digest, const Bytes& signature,
                  const crypto::Certificate& certificate) {
    Json record;
    record["data"] = {{"algorithm", algorithm_name(digest)},
                      {"digest", base64_encode(digest.bytes())}};
    record["signature"]["content"] = base64_encode(signature);
    record["signature"]["verifier"] = {
        {"keyDetails", "PKIX_ECDSA_P256_SHA_256"},
        {"x509Certificate", {{"rawBytes", base64_encode(certificate.der())}}}};
    Json body = {{"apiVersion", "0.0.2"}, {"kind", "hashedrekord"}};
    body["spec"]["hashedRekordV002"] = record;
    const auto text = json::compact(body);
    tree.append(as_bytes("another entry"));
    const auto index = tree.append(as_bytes(text));
    Json hashes = Json::array();
    for (const auto& hash : tree.inclusion_proof(index)) hashes.push_back(base64_encode(hash));
    Json entry = {{"logIndex", std::to_string(index)},
                  {"kindVersion", {{"kind", "hashedrekord"}, {"version", "0.0.2"}}},
                  {"integratedTime", "0"},
                  {"inclusionPromise", nullptr},
                  {"canonicalizedBody", base64_encode(as_bytes(text))}};
    entry["logId"]["keyId"] = base64_encode(must(note_key_id(kOrigin, log_key.public_key())));
    entry["inclusionProof"] = {{"logIndex", std::to_string(index)},
                               {"rootHash", base64_encode(tree.root())},
                               {"treeSize", std::to_string(tree.size())},
                               {"hashes", hashes}};
    entry["inclusionProof"]["checkpoint"]["envelope"] =
        must(sign_note(checkpoint_text(kOrigin, tree.size(), tree.root()), kOrigin, log_key));
    return json::compact(entry);
  }

  Bytes timestamp(const Bytes& signature) const {
    const auto request =
        must(crypto::make_timestamp_request(crypto::sha256(signature), Bytes{1, 2, 3}, false));
    return must(crypto::make_timestamp_response(request, tsa_key, tsa_chain, timestamp_time));
  }

  static Expectation expect(const Digest& artifact) {
    return {artifact, {{{"ci@example.com", {}}, {"https://issuer.example", {}}}}};
  }
  static Report verify(const std::string& bundle, const Digest& artifact, const TrustedRoot& root,
                       const Evidence& evidence = {}) {
    return verify_bundle(bundle, expect(artifact), root, evidence, kTime.plus_seconds(3600));
  }

 private:
  static crypto::PrivateKey make_key() {
    return must(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));
  }
  static crypto::CertificateRequest request(const crypto::PublicKey& key, std::string name) {
    return {.common_name = std::move(name),
            .organization = {},
            .key = key,
            .not_before = kTime.plus_seconds(-60),
            .not_after = kTime.plus_seconds(540),
            .path_length = std::nullopt,
            .subject_alt_name = std::nullopt,
            .extensions = {}};
  }
  static crypto::CertificateRequest authority_request(const crypto::PublicKey& key,
                                                      std::string name) {
    auto out = request(key, std::move(name));
    out.ca = true;
    out.not_before = kTime.plus_seconds(-86400);
    out.not_after = kTime.plus_seconds(864000);
    return out;
  }
  std::vector<crypto::Certificate> make_tsa_chain() const {
    const auto root_key = make_key();
    auto root = must(crypto::issue_certificate(authority_request(root_key.public_key(), "tsa root"),
                                               {root_key, std::nullopt}));
    auto leaf = authority_request(tsa_key.public_key(), "tsa");
    leaf.ca = false;
    leaf.digital_signature = true;
    leaf.time_stamping = true;
    return {must(crypto::issue_certificate(leaf, {root_key, root})), root};
  }
  crypto::Certificate certify(const crypto::PublicKey& key) const {
    auto leaf = request(key, "");
    leaf.digital_signature = true;
    leaf.code_signing = true;
    leaf.not_before = certificate_start;
    leaf.subject_alt_name = {crypto::SubjectAltName::Type::email, email};
    leaf.extensions.push_back({"1.3.6.1.4.1.57264.1.1", to_bytes("https://issuer.example")});
    if (!with_sct) return must(crypto::issue_certificate(leaf, {ca_key, ca}));
    return must(crypto::issue_with_scts(
        leaf, {ca_key, ca},
        [&](const crypto::Certificate& precertificate) -> Result<std::vector<Bytes>> {
          auto sct = TRY(crypto::sign_sct(precertificate, ca_key.public_key(),
                                          foreign_sct ? make_key() : ct_key, kTime, {}));
          return std::vector<Bytes>{std::move(sct.serialized)};
        }));
  }
  static std::string algorithm_name(const Digest& digest) {
    return digest.algorithm() == DigestAlgorithm::sha256   ? "SHA2_256"
           : digest.algorithm() == DigestAlgorithm::sha384 ? "SHA2_384"
                                                           : "SHA2_512";
  }
};

}  // namespace mpk::sigstore::testing
