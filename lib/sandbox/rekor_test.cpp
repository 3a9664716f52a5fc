// Rekor v2: what is logged, what is refused, and where the proofs lead.
#include "crypto/merkle.hpp"
#include "sandbox/test_sandbox.hpp"
#include "sigstore/note.hpp"

namespace mpk::sandbox {
namespace {

using crypto::KeyType;
using testing::body_of;
using testing::must;

struct Signed {
  crypto::PrivateKey key;
  Digest digest;
  Bytes signature;
};

Signed sign(KeyType type, std::string_view text) {
  auto key = must(crypto::PrivateKey::generate(type));
  auto signature = must(key.sign(as_bytes(text)));
  return {key, crypto::hash(crypto::default_hash(type), as_bytes(text)), std::move(signature)};
}

Json request_for(const Signed& made, const std::string& details) {
  Json body;
  auto& entry = body["hashedRekordRequestV002"];
  entry["digest"] = base64_encode(made.digest.bytes());
  entry["signature"]["content"] = base64_encode(made.signature);
  auto& verifier = entry["signature"]["verifier"];
  verifier["publicKey"]["rawBytes"] = base64_encode(made.key.public_key().spki());
  verifier["keyDetails"] = details;
  return body;
}

constexpr const char* kP256 = "PKIX_ECDSA_P256_SHA_256";

struct RekorBench : testing::Bench {
  http::Response log(const Json& body) const {
    return post_json(rekor("/api/v2/log/entries"), body);
  }
  /// The entry's proof leads to the root of its checkpoint, which the log of the trusted root
  /// signed.
  void check_proof(const Json& entry, std::uint64_t index) const {
    CHECK(entry["logIndex"] == std::to_string(index));
    CHECK(entry["integratedTime"] == "0");
    CHECK(entry["kindVersion"]["kind"] == "hashedrekord");
    CHECK(entry["kindVersion"]["version"] == "0.0.2");
    const auto& log = root["tlogs"][0];
    CHECK(entry["logId"] == log["logId"]);
    const auto& proof = entry["inclusionProof"];
    const auto checkpoint =
        must(sigstore::parse_checkpoint(proof["checkpoint"]["envelope"].get<std::string>()));
    CHECK(checkpoint.origin == "127.0.0.1");
    CHECK(proof["treeSize"] == std::to_string(checkpoint.size));
    CHECK(proof["rootHash"] == base64_encode(checkpoint.root_hash));
    const auto key = must(crypto::PublicKey::from_spki(
        must(base64_decode(log["publicKey"]["rawBytes"].get<std::string>()))));
    const auto id = must(base64_decode(log["logId"]["keyId"].get<std::string>()));
    CHECK(sigstore::verify_note(checkpoint.note, "127.0.0.1", key, id).has_value());
    std::vector<Bytes> hashes;
    for (const auto& hash : proof["hashes"]) {
      hashes.push_back(must(base64_decode(hash.get<std::string>())));
    }
    const auto body = must(base64_decode(entry["canonicalizedBody"].get<std::string>()));
    CHECK(must(crypto::merkle_root_from_inclusion(index, checkpoint.size,
                                                  crypto::merkle_leaf_hash(body), hashes)) ==
          checkpoint.root_hash);
  }
};

TEST_CASE("entries are logged in order, each with a proof that leads to a signed checkpoint") {
  const RekorBench bench;
  for (std::uint64_t i = 0; i < 5; ++i) {
    const auto answer = bench.log(request_for(sign(KeyType::ecdsa_p256, std::to_string(i)), kP256));
    REQUIRE_MESSAGE(answer.status == 201, answer.body);
    bench.check_proof(body_of(answer), i);
  }
  const auto note = bench.send("GET", bench.rekor("/api/v2/checkpoint"));
  CHECK(must(sigstore::parse_checkpoint(note.body)).size == 5);
}

TEST_CASE("the logged body is canonical JSON, word for word") {
  const RekorBench bench;
  const auto made = sign(KeyType::ecdsa_p256, "text");
  const auto entry = body_of(bench.log(request_for(made, kP256)));
  const auto body = must(base64_decode(entry["canonicalizedBody"].get<std::string>()));
  CHECK(std::string(as_text(body)) ==
        R"({"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":)"
        R"({"algorithm":"SHA2_256","digest":")" +
            base64_encode(made.digest.bytes()) + R"("},"signature":{"content":")" +
            base64_encode(made.signature) +
            R"(","verifier":{"keyDetails":"PKIX_ECDSA_P256_SHA_256","publicKey":{"rawBytes":")" +
            base64_encode(made.key.public_key().spki()) + R"("}}}}}})");
}

TEST_CASE("the log takes the keys that rekor-tiles takes, with their own details only") {
  const RekorBench bench;
  struct Case {
    KeyType type;
    const char* details;
    int status;
  };
  for (const auto& c : {Case{KeyType::ecdsa_p256, kP256, 201},
                        Case{KeyType::ecdsa_p384, "PKIX_ECDSA_P384_SHA_384", 201},
                        Case{KeyType::ecdsa_p521, "PKIX_ECDSA_P521_SHA_512", 201},
                        Case{KeyType::rsa, "PKIX_RSA_PKCS1V15_2048_SHA256", 201},
                        Case{KeyType::ecdsa_p384, kP256, 400},
                        Case{KeyType::rsa, "PKIX_RSA_PKCS1V15_4096_SHA256", 400},
                        Case{KeyType::rsa, "PKIX_RSA_PSS_2048_SHA256", 400},
                        Case{KeyType::ed25519, "PKIX_ED25519", 400}}) {
    CAPTURE(c.details);
    const auto answer = bench.log(request_for(sign(c.type, "text"), c.details));
    CHECK_MESSAGE(answer.status == c.status, answer.body);
  }
}

TEST_CASE("the same entry twice is a 409 that names the index and brings no entry") {
  const RekorBench bench;
  CHECK(bench.log(request_for(sign(KeyType::ecdsa_p256, "first"), kP256)).status == 201);
  const auto request = request_for(sign(KeyType::ecdsa_p256, "second"), kP256);
  CHECK(bench.log(request).status == 201);
  const auto again = bench.log(request);
  CHECK(again.status == 409);
  CHECK(body_of(again) ==
        must(json::parse(R"({"code":6,"details":[],"message":"an equivalent entry already exists )"
                         R"(in the transparency log with index 1"})")));
  CHECK(again.headers.get("x-log-index") == "1");
}

TEST_CASE("an entry that is not true, or not in form, is answered 400 and not logged") {
  const RekorBench bench;
  const auto good = request_for(sign(KeyType::ecdsa_p256, "text"), kP256);
  const auto other = sign(KeyType::ecdsa_p256, "other");
  using Change = std::function<void(Json&, Json&)>;
  const std::vector<std::pair<const char*, Change>> cases = {
      {"another digest",
       [&](Json&, Json& entry) { entry["digest"] = base64_encode(other.digest.bytes()); }},
      {"a digest of the wrong length",
       [](Json&, Json& entry) { entry["digest"] = base64_encode(Bytes(48)); }},
      {"another signature",
       [&](Json&, Json& entry) { entry["signature"]["content"] = base64_encode(other.signature); }},
      {"another key",
       [&](Json&, Json& entry) {
         entry["signature"]["verifier"]["publicKey"]["rawBytes"] =
             base64_encode(other.key.public_key().spki());
       }},
      {"an unknown member", [](Json&, Json& entry) { entry["more"] = 1; }},
      {"an unknown member below",
       [](Json&, Json& entry) { entry["signature"]["verifier"]["more"] = 1; }},
      {"an unknown member at the top", [](Json& body, Json&) { body["more"] = 1; }},
      {"key and certificate",
       [](Json&, Json& entry) {
         auto& verifier = entry["signature"]["verifier"];
         verifier["x509Certificate"]["rawBytes"] = "AAAA";
       }},
      {"no certificate",
       [](Json&, Json& entry) {
         auto& verifier = entry["signature"]["verifier"];
         verifier.erase("publicKey");
         verifier["x509Certificate"]["rawBytes"] = "AAAA";
       }},
      {"no key details",
       [](Json&, Json& entry) { entry["signature"]["verifier"].erase("keyDetails"); }},
  };
  for (const auto& [name, change] : cases) {
    CAPTURE(name);
    Json body = good;
    change(body, body["hashedRekordRequestV002"]);
    const auto refused = bench.log(body);
    CHECK_MESSAGE(refused.status == 400, refused.body);
    CHECK(body_of(refused)["code"] == 3);
  }
  Json dsse;
  dsse["dsseRequestV002"] = Json::object();
  CHECK(bench.log(dsse).status == 400);
  CHECK(bench.send("GET", bench.rekor("/api/v2/log/entries")).status == 405);
  bench.check_proof(body_of(bench.log(good)), 0);
}

TEST_CASE("a lost answer is lost once, and the entry is there") {
  const RekorBench bench;
  const auto request = request_for(sign(KeyType::ecdsa_p256, "text"), kP256);
  bench.services->faults().rekor_lose_answer = true;
  CHECK(bench.log(request).status == 502);
  CHECK_FALSE(bench.services->faults().rekor_lose_answer);
  CHECK(bench.log(request).status == 409);
  bench.services->faults().rekor_unavailable = true;
  const auto next = request_for(sign(KeyType::ecdsa_p256, "text"), kP256);
  CHECK(bench.log(next).status == 503);
  bench.services->faults().rekor_unavailable = false;
  bench.check_proof(body_of(bench.log(next)), 1);
}

}  // namespace
}  // namespace mpk::sandbox
