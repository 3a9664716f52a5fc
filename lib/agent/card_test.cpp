// Agent cards and their signatures.
#include "agent/card.hpp"

#include "agent/card_form.hpp"
#include "agent/jws.hpp"
#include "agent/pins.hpp"
#include "agent/test_tools.hpp"
#include "base/encoding.hpp"
#include "crypto/key.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::agent;

namespace {

// Signed by the Python SDK of A2A (a2a-sdk 1.3.0, ES256), as it serves it.
constexpr const char* kSdkCard =
    R"({"name": "Routes", "description": "Plans routes – fast.", "supportedInterfaces": [{"url": "https://routes.example/a2a", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}], "provider": {"url": "https://example.com", "organization": "Example"}, "version": "1.2.0", "capabilities": {"streaming": false, "pushNotifications": true}, "securitySchemes": {"oauth": {"oauth2SecurityScheme": {"flows": {"clientCredentials": {"tokenUrl": "https://auth.example/token", "scopes": {"routes:read": "Read"}}}}}}, "securityRequirements": [{"schemes": {"oauth": {"list": ["routes:read"]}}}], "defaultInputModes": ["text/plain"], "defaultOutputModes": ["text/plain"], "skills": [{"id": "plan", "name": "Plan"}], "signatures": [{"protected": "eyJhbGciOiJFUzI1NiIsImprdSI6bnVsbCwia2lkIjoia2V5LTEiLCJ0eXAiOiJKT1NFIn0", "signature": "w0mYyMvLhSxaSrYGBk7sHJR5_eI8MYBjK8AQqK9MnFkHMn2WfExAkRkv1oPJMwufswvc9Aj87eqn9wy8GyFElQ"}]})";
constexpr const char* kSdkKey =
    R"({"kty": "EC", "crv": "P-256", "x": "fw3OzLXgmNo2SAHWIPmr1Hdf2DCKkM0y89U4Ii_wV-I", "y": "INFuxc4MUJLhaQhBM6SggSGdlUwavf5kKsKS_b8aH_A"})";

Json card() {
  return json::parse(R"({"name": "Agent", "description": "", "version": "1",
    "capabilities": {"streaming": false, "extensions": []}, "skills": []})")
      .take();
}

// RFC 7515 §5.1 by a software key; `header` as it stands.
Json signed_card(const crypto::PrivateKey& key, const std::string& header,
                 const std::string& payload, DigestAlgorithm hash = DigestAlgorithm::sha256) {
  const auto encoded = base64url_encode(as_bytes(header));
  const auto input = encoded + "." + base64url_encode(as_bytes(payload));
  auto signature = key.sign(as_bytes(input), hash).take();
  auto out = card();
  out["signatures"] =
      Json::array({{{"protected", encoded}, {"signature", base64url_encode(signature)}}});
  return out;
}

Result<Card> read(const Json& document, const std::vector<Jwk>& keys) {
  return read_card(json::compact(document), keys, false);
}

std::vector<Jwk> keys_of(const crypto::PrivateKey& key) {
  return {{.id = {}, .algorithm = {}, .key = key.public_key()}};
}

}  // namespace

TEST_CASE("a card of A2A's own SDK is verified by its JWK") {
  const auto keys = read_keys(kSdkKey);
  REQUIRE(keys);
  const auto card = read_card(kSdkCard, *keys, false);
  REQUIRE(card);
  CHECK(card->signature == CardSignature::verified);
  CHECK(card->key_id == "key-1");
  CHECK(card->name == "Routes");
  CHECK(card->provider == "Example");
  CHECK(card->endpoints == std::vector<std::string>{"https://routes.example/a2a"});
  CHECK(card->scopes == std::vector<std::string>{"routes:read"});
  CHECK(card->authenticated);
  REQUIRE(card->skills.size() == 1);
  const auto bom = pin(test::bom(), {.servers = {}, .templates = {}, .cards = {*card}});
  REQUIRE(bom);
  CHECK((*bom)["services"][1]["bom-ref"] == "a2a:Routes");
  CHECK(pin(*bom, {.servers = {}, .templates = {}, .cards = {*card}}).take() == *bom);
}

TEST_CASE("every byte of a signed card counts") {
  const auto keys = read_keys(kSdkKey).take();
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"Plans", "Plots"},
                                                        {"routes.example", "rogue.example"},
                                                        {"\"streaming\": false, ", ""},
                                                        {"w0mYyM", "w0mYyN"},
                                                        {"1.2.0", "1.2.1"}}) {
    std::string text = kSdkCard;
    text.replace(text.find(from), from.size(), to);
    const auto card = read_card(text, keys, false);
    REQUIRE(!card);
    CHECK(card.error().kind() == ErrorKind::untrusted);
  }
}

TEST_CASE(
    "a signature is over the card as it was served, or as Protocol Buffers' presence writes it") {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::ed25519).take();
  const auto header = R"({"alg":"EdDSA","kid":"k"})";
  // A2A §8.4.1's own example.
  for (
      const char* payload :
      {R"({"capabilities":{"extensions":[],"streaming":false},"description":"","name":"Agent","skills":[],"version":"1"})",
       R"({"capabilities":{"streaming":false},"description":"","name":"Agent","skills":[],"version":"1"})",
       R"({"capabilities":{"streaming":false},"name":"Agent","version":"1"})"}) {
    CAPTURE(payload);
    CHECK(read(signed_card(key, header, payload), keys_of(key)));
  }
  CHECK(!read(signed_card(key, header, R"({"name":"Agent","version":"1"})"), keys_of(key)));
}

TEST_CASE("RSA signs in both of its ways, under its own names only") {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::rsa).take();
  const auto payload = card_forms(card()).take().front();
  CHECK(read(signed_card(key, R"({"alg":"RS256"})", payload), keys_of(key)));
  CHECK(
      read(signed_card(key, R"({"alg":"RS512"})", payload, DigestAlgorithm::sha512), keys_of(key)));
  CHECK(!read(signed_card(key, R"({"alg":"RS384"})", payload), keys_of(key)));
  CHECK(!read(signed_card(key, R"({"alg":"PS256"})", payload), keys_of(key)));
}

TEST_CASE("what a header says against the key is refused") {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::ed25519).take();
  const auto payload = card_forms(card()).take().front();
  for (const char* header :
       {R"({"alg":"none"})", R"({"alg":"HS256"})", R"({"alg":"ES256"})", R"({"alg":"RS256"})",
        R"({"alg":"eddsa"})", R"({"alg":"EdDSA","crit":["b64"],"b64":false})", R"({"kid":"k"})",
        R"([])", "no json"}) {
    CAPTURE(header);
    const auto refused = read(signed_card(key, header, payload), keys_of(key));
    REQUIRE(!refused);
    CHECK(refused.error().kind() == ErrorKind::untrusted);
  }
  auto keys = keys_of(key);
  keys[0].id = "other";
  CHECK(read(signed_card(key, R"({"alg":"EdDSA"})", payload), keys));
  CHECK(!read(signed_card(key, R"({"alg":"EdDSA","kid":"k"})", payload), keys));
  keys[0] = {.id = {}, .algorithm = "ES256", .key = key.public_key()};
  CHECK(!read(signed_card(key, R"({"alg":"EdDSA"})", payload), keys));
  const auto other = crypto::PrivateKey::generate(crypto::KeyType::ed25519).take();
  CHECK(!read(signed_card(key, R"({"alg":"EdDSA"})", payload), keys_of(other)));
}

TEST_CASE("one signature of several that holds is enough") {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::ed25519).take();
  auto good = signed_card(key, R"({"alg":"EdDSA"})", card_forms(card()).take().front());
  good["signatures"].insert(good["signatures"].begin(),
                            Json{{"protected", "e30"}, {"signature", "AA"}});
  CHECK(read(good, keys_of(key)));
  good["signatures"].erase(1);
  CHECK(!read(good, keys_of(key)));
}

TEST_CASE("a signed card needs a key, an unsigned one is told apart") {
  const auto refused = read_card(kSdkCard, {}, false);
  REQUIRE(!refused);
  CHECK(refused.error().kind() == ErrorKind::usage);
  CHECK(read_card(kSdkCard, {}, true)->signature == CardSignature::not_checked);
  CHECK(read(card(), {})->signature == CardSignature::none);
  CHECK(read(card(), read_keys(kSdkKey).take()).error().kind() == ErrorKind::untrusted);
}

TEST_CASE("keys are PEM, JWK or JWK Set; others are refused") {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p384).take();
  CHECK(read_keys(key.public_key().pem())->front().key == key.public_key());
  const auto set = std::string(R"({"keys": [{"kty": "oct", "k": "eA"}, )") + kSdkKey + "]}";
  CHECK(read_keys(set)->size() == 1);
  // RFC 8037 appendix A.2.
  const auto edwards = read_keys(
      R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
  REQUIRE(edwards);
  CHECK(edwards->front().key.type() == crypto::KeyType::ed25519);
  for (
      const char* text :
      {"", "{}", R"({"keys": []})", R"({"kty": "oct", "k": "eA"})",
       R"({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"})",
       R"({"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"})",
       R"({"kty": "OKP", "crv": "X25519", "x": "AA"})",
       R"({"kty": "EC", "use": "enc", "crv": "P-256", "x": "AA", "y": "AA"})",
       R"({"kty": "EC", "crv": "P-256", "x": "fw3OzLXgmNo2SAHWIPmr1Hdf2DCKkM0y89U4Ii_wV-I", "y": "fw3OzLXgmNo2SAHWIPmr1Hdf2DCKkM0y89U4Ii_wV-I"})"}) {
    CAPTURE(text);
    CHECK(!read_keys(text));
  }
}

TEST_CASE("cards that are none are refused") {
  for (const char* text :
       {"", "[]", "{}", R"({"name": ""})", R"({"name": "a", "skills": [{}]})",
        R"({"name": "a", "skills": [{"id": "x", "name": "x"}, {"id": "x", "name": "y"}]})",
        R"({"name": "a", "signatures": [{}]})", R"({"name": "a", "supportedInterfaces": [{}]})"}) {
    CAPTURE(text);
    CHECK(!read_card(text, {}, false));
  }
}
