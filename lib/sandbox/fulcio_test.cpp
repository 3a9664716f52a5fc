// Fulcio: which requests get a certificate, and what stands in it.
#include "crypto/chain.hpp"
#include "crypto/issue.hpp"
#include "crypto/sct.hpp"
#include "sandbox/test_sandbox.hpp"

namespace mpk::sandbox {
namespace {

using crypto::KeyType;
using testing::body_of;
using testing::kNow;
using testing::must;

struct FulcioBench : testing::Bench {
  std::string mint(const std::string& audience = "sigstore") const {
    return must(services->issuer().mint(std::string(Sandbox::kIdentity), audience));
  }
  http::Response ask(const Json& body, const std::string& token) const {
    return send("POST", fulcio("/api/v2/signingCert"),
                {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + token}},
                json::compact(body));
  }
  crypto::PrivateKey key = must(crypto::PrivateKey::generate(KeyType::ecdsa_p256));
};

Json csr_form(const crypto::PrivateKey& key) {
  Json body;
  body["certificateSigningRequest"] = base64_encode(as_bytes(must(crypto::make_csr(key))));
  return body;
}

Json key_form(const crypto::PrivateKey& key, std::string_view challenge) {
  Json body;
  auto& request = body["publicKeyRequest"];
  request["publicKey"]["algorithm"] = "ECDSA";
  request["publicKey"]["content"] = key.public_key().pem();
  request["proofOfPossession"] = base64_encode(must(key.sign(as_bytes(challenge))));
  return body;
}

std::vector<crypto::Certificate> chain_of(const http::Response& answer) {
  REQUIRE_MESSAGE(answer.status == 200, answer.body);
  const auto body = body_of(answer);
  std::vector<crypto::Certificate> chain;
  for (const auto& pem : body["signedCertificateEmbeddedSct"]["chain"]["certificates"]) {
    chain.push_back(must(crypto::Certificate::from_pem(pem.get<std::string>())));
  }
  REQUIRE(chain.size() == 3);
  return chain;
}

TEST_CASE("a certificate holds key and identity for ten minutes, under the trusted root") {
  const FulcioBench bench;
  const auto chain = chain_of(bench.ask(csr_form(bench.key), bench.mint()));
  const auto& leaf = chain[0];
  CHECK(must(leaf.public_key()) == bench.key.public_key());
  CHECK(leaf.subject().empty());
  CHECK(leaf.not_before() == kNow);
  CHECK(leaf.not_after() == kNow.plus_seconds(600));
  CHECK(leaf.allows_digital_signature());
  CHECK(leaf.allows_code_signing());
  CHECK_FALSE(leaf.is_ca());
  const auto names = must(leaf.subject_alt_names());
  REQUIRE(names.size() == 1);
  CHECK(names[0].type == crypto::SubjectAltName::Type::email);
  CHECK(names[0].value == Sandbox::kIdentity);
  const auto& issuer = bench.services->issuer().url();
  CHECK(leaf.extension("1.3.6.1.4.1.57264.1.1") == to_bytes(issuer));
  CHECK(must(leaf.extension_utf8("1.3.6.1.4.1.57264.1.8")) == issuer);
  CHECK(must(leaf.extension_utf8("1.3.6.1.4.1.57264.1.24")) == std::string(Sandbox::kIdentity));

  CHECK(chain[1].is_ca());
  CHECK(chain[1].allows_code_signing());
  CHECK_FALSE(chain[1].common_name().empty());
  CHECK(chain[2].is_self_signed());
  CHECK(crypto::verify_chain(leaf, {chain[1]}, {chain[2]}, kNow).has_value());
  const auto& trusted = bench.root["certificateAuthorities"][0]["certChain"]["certificates"];
  REQUIRE(trusted.size() == 2);
  CHECK(trusted[0]["rawBytes"] == base64_encode(chain[1].der()));
  CHECK(trusted[1]["rawBytes"] == base64_encode(chain[2].der()));
}

TEST_CASE("the embedded SCT holds under the log of the trusted root, garbage does not") {
  const FulcioBench bench;
  const auto key = must(crypto::PublicKey::from_pem(bench.text("ctlog.pub")));
  const crypto::CtLog log{crypto::sha256(key.spki()).bytes(), key, kNow, std::nullopt};
  const auto chain = chain_of(bench.ask(csr_form(bench.key), bench.mint()));
  CHECK(crypto::verify_scts(chain[0], chain[1], {log}).has_value());

  bench.services->faults().garbage_sct = true;
  const auto garbled = chain_of(bench.ask(csr_form(bench.key), bench.mint()));
  CHECK(crypto::verify_chain(garbled[0], {garbled[1]}, {garbled[2]}, kNow).has_value());
  CHECK_FALSE(crypto::verify_scts(garbled[0], garbled[1], {log}).has_value());
}

TEST_CASE("both forms of a request and every kind of key get a certificate") {
  const FulcioBench bench;
  for (const auto type : {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521,
                          KeyType::rsa, KeyType::ed25519}) {
    CAPTURE(to_string(type));
    const auto key = must(crypto::PrivateKey::generate(type));
    for (const auto& form : {csr_form(key), key_form(key, Sandbox::kIdentity)}) {
      const auto chain = chain_of(bench.ask(form, bench.mint()));
      CHECK(must(chain[0].public_key()) == key.public_key());
    }
  }
}

TEST_CASE("a workload's token gives a URI, and the proof is over its subject") {
  const FulcioBench bench;
  const std::string start = "https://ci.example/";
  // The lengths around which DER writes a length in another form (X.690 §8.1.3).
  for (const std::size_t size : {40U, 127U, 128U, 255U, 256U, 2048U}) {
    CAPTURE(size);
    const auto subject = start + std::string(size - start.size(), 'a');
    const auto token = must(bench.services->issuer().mint(subject, "", "sigstore"));
    const auto leaf = chain_of(bench.ask(key_form(bench.key, subject), token))[0];
    const auto names = must(leaf.subject_alt_names());
    REQUIRE(names.size() == 1);
    CHECK(names[0].type == crypto::SubjectAltName::Type::uri);
    CHECK(names[0].value == subject);
    CHECK(must(leaf.extension_utf8("1.3.6.1.4.1.57264.1.24")) == subject);
  }
  for (const auto& subject : {std::string("robot"), start + std::string(2030, 'a')}) {
    CAPTURE(subject);
    const auto token = must(bench.services->issuer().mint(subject, "", "sigstore"));
    CHECK(bench.ask(key_form(bench.key, subject), token).status == 400);
  }
}

TEST_CASE("a CI's claims go into the certificate, under the numbers that Fulcio gives them") {
  const FulcioBench bench;
  const auto leaf_for = [&](const std::map<std::string, std::string>& claims) {
    const auto token = must(bench.services->issuer().mint("https://x/1", "", "sigstore", claims));
    return chain_of(bench.ask(csr_form(bench.key), token))[0];
  };
  const std::string oid = "1.3.6.1.4.1.57264.1.";
  const auto github = leaf_for({{"job_workflow_ref", "a/b/.github/workflows/w.yml@refs/heads/m"},
                                {"repository", "a/b"},
                                {"run_id", "7"},
                                {"run_attempt", "2"}});
  CHECK(must(github.subject_alt_names())[0].value ==
        "https://github.com/a/b/.github/workflows/w.yml@refs/heads/m");
  CHECK(must(github.extension_utf8(oid + "12")) == "https://github.com/a/b");
  CHECK(must(github.extension_utf8(oid + "21")) ==
        "https://github.com/a/b/actions/runs/7/attempts/2");
  CHECK(github.extension(oid + "5") == to_bytes("a/b"));
  CHECK_FALSE(github.extension(oid + "13"));
  const auto gitlab =
      leaf_for({{"ci_config_ref_uri", "gitlab.com/g/p//.gitlab-ci.yml@refs/heads/m"},
                {"project_path", "g/p"},
                {"job_id", "9"}});
  CHECK(must(gitlab.subject_alt_names())[0].value ==
        "https://gitlab.com/g/p//.gitlab-ci.yml@refs/heads/m");
  CHECK(must(gitlab.extension_utf8(oid + "21")) == "https://gitlab.com/g/p/-/jobs/9");
  CHECK_FALSE(gitlab.extension(oid + "5"));
  const auto other = leaf_for({{"repository", "a/b"}});
  CHECK(must(other.subject_alt_names())[0].value == "https://x/1");
  CHECK_FALSE(other.extension(oid + "12"));
}

TEST_CASE("tokens that are not good are answered 401, in the form of grpc-gateway") {
  FulcioBench bench;
  const auto form = csr_form(bench.key);
  const auto good = bench.mint();
  CHECK(bench.ask(form, good).status == 200);
  for (const auto& token : {std::string("x"), good + "x", bench.mint("other")}) {
    CAPTURE(token);
    const auto refused = bench.ask(form, token);
    CHECK(refused.status == 401);
    CHECK(body_of(refused)["code"] == 16);
    CHECK(body_of(refused)["message"].get<std::string>().find("identity token") == 0);
  }
  CHECK(bench.post_json(bench.fulcio("/api/v2/signingCert"), form).status == 401);
  auto inside = form;
  inside["credentials"]["oidcIdentityToken"] = good;
  CHECK(bench.post_json(bench.fulcio("/api/v2/signingCert"), inside).status == 200);
  bench.clock.set(kNow.plus_seconds(601));
  CHECK(bench.ask(form, good).status == 401);
}

TEST_CASE("a key without proof, two keys, none, or an unknown member is answered 400") {
  const FulcioBench bench;
  const auto other = must(crypto::PrivateKey::generate(KeyType::ecdsa_p256));
  auto wrong_key = key_form(bench.key, Sandbox::kIdentity);
  wrong_key["publicKeyRequest"]["publicKey"]["content"] = other.public_key().pem();
  auto both = key_form(bench.key, Sandbox::kIdentity);
  both.update(csr_form(bench.key));
  auto unknown = csr_form(bench.key);
  unknown["more"] = true;
  auto broken = csr_form(bench.key);
  broken["certificateSigningRequest"] = "AAAA";
  const std::vector<std::pair<const char*, Json>> cases = {
      {"proof over another identity", key_form(bench.key, "eve@example.com")},
      {"proof by another key", std::move(wrong_key)},
      {"both forms", std::move(both)},
      {"no form", Json::object()},
      {"unknown member", std::move(unknown)},
      {"no request", std::move(broken)}};
  for (const auto& [name, body] : cases) {
    CAPTURE(name);
    const auto refused = bench.ask(body, bench.mint());
    CHECK(refused.status == 400);
    CHECK(body_of(refused)["code"] == 3);
    CHECK_FALSE(body_of(refused)["message"].get<std::string>().empty());
  }
}

TEST_CASE("the pages that describe the authority agree with each other; away means 503") {
  const FulcioBench bench;
  const auto bundle = body_of(bench.send("GET", bench.fulcio("/api/v2/trustBundle")));
  const auto& certificates = bundle["chains"][0]["certificates"];
  const auto root = bench.send("GET", bench.fulcio("/api/v1/rootCert")).body;
  CHECK(root == certificates[0].get<std::string>() + certificates[1].get<std::string>());
  const auto configuration = body_of(bench.send("GET", bench.fulcio("/api/v2/configuration")));
  CHECK(configuration["issuers"][0]["issuerUrl"] == bench.services->issuer().url());
  CHECK(bench.send("GET", bench.fulcio("/api/v2/signingCert")).status == 405);
  CHECK(bench.send("GET", bench.fulcio("/nowhere")).status == 404);
  bench.services->faults().fulcio_unavailable = true;
  CHECK(bench.ask(csr_form(bench.key), bench.mint()).status == 503);
  bench.services->faults().fulcio_unavailable = false;
  CHECK(bench.ask(csr_form(bench.key), bench.mint()).status == 200);
}

}  // namespace
}  // namespace mpk::sandbox
