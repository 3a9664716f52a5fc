// The CT log as a CA meets it.
#include "crypto/issue.hpp"
#include "crypto/sct.hpp"
#include "sandbox/test_sandbox.hpp"

namespace mpk::sandbox {
namespace {

using testing::body_of;
using testing::kNow;
using testing::must;

struct Authority {
  crypto::PrivateKey key = must(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));
  crypto::CertificateRequest request(const std::string& name) const {
    return {.common_name = name,
            .organization = {},
            .key = key.public_key(),
            .not_before = kNow.plus_seconds(-60),
            .not_after = kNow.plus_seconds(60)};
  }
  crypto::Certificate certificate = [this] {
    auto made = request("ca");
    made.ca = true;
    return must(crypto::issue_certificate(made, {key, {}}));
  }();
};

Json chain_of(std::initializer_list<crypto::Certificate> certificates) {
  Json chain = Json::array();
  for (const auto& certificate : certificates) chain.push_back(base64_encode(certificate.der()));
  Json body;
  body["chain"] = chain;
  return body;
}

TEST_CASE("the SCT for a foreign CA's precertificate holds in the certificate that embeds it") {
  const testing::Bench bench;
  const Authority authority;
  const auto url = bench.services->ctlog_url() + "/ct/v1/add-pre-chain";
  const auto submit = [&](const crypto::Certificate& precertificate) -> Result<std::vector<Bytes>> {
    const auto answer = bench.post_json(url, chain_of({precertificate, authority.certificate}));
    REQUIRE(answer.status == 200);
    const auto sct = body_of(answer);
    CHECK(sct["sct_version"] == 0);
    CHECK(sct["timestamp"] == kNow.milliseconds());
    // RFC 6962 §3.2: version, log id, time, no extensions, signature.
    Bytes serialized{0};
    const auto add = [&](const Bytes& part) {
      serialized.insert(serialized.end(), part.begin(), part.end());
    };
    add(must(base64_decode(sct["id"].get<std::string>())));
    for (int shift = 56; shift >= 0; shift -= 8) {
      serialized.push_back(static_cast<std::uint8_t>(
          static_cast<std::uint64_t>(sct["timestamp"].get<std::int64_t>()) >> shift));
    }
    add({0, 0});
    add(must(base64_decode(sct["signature"].get<std::string>())));
    return std::vector<Bytes>{serialized};
  };
  auto request = authority.request("leaf");
  request.key = must(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256)).public_key();
  const auto leaf =
      must(crypto::issue_with_scts(request, {authority.key, authority.certificate}, submit));
  const auto key = must(crypto::PublicKey::from_pem(bench.text("ctlog.pub")));
  const crypto::CtLog log{crypto::sha256(key.spki()).bytes(), key, kNow, kNow};
  CHECK(crypto::verify_scts(leaf, authority.certificate, {log}).has_value());
}

TEST_CASE("what is no chain of precertificate and issuer is refused") {
  const testing::Bench bench;
  const Authority authority, other;
  const auto url = bench.services->ctlog_url() + "/ct/v1/add-pre-chain";
  const auto status = [&](const Json& body) { return bench.post_json(url, body).status; };
  CHECK(status(chain_of({authority.certificate, authority.certificate})) == 400);  // no poison
  CHECK(status(chain_of({authority.certificate})) == 400);
  CHECK(status(Json::object()) == 400);
  CHECK(status(must(json::parse(R"({"chain":["AA==","AA=="]})"))) == 400);
  auto strange = chain_of({authority.certificate, other.certificate});
  strange["more"] = 1;
  CHECK(status(strange) == 400);
  CHECK(bench.send("GET", url).status == 405);
  CHECK(bench.send("GET", bench.services->ctlog_url() + "/ct/v1/get-sth").status == 404);
}

}  // namespace
}  // namespace mpk::sandbox
