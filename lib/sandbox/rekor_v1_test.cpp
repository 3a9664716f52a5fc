// Tests of the sandbox's Rekor v1, spoken to over HTTP: entries, duplicates, what is refused.
#include "sandbox/rekor_v1.hpp"

#include "attest/dsse.hpp"
#include "crypto/key.hpp"
#include "sandbox/test_sandbox.hpp"
#include "sigstore/note.hpp"

using namespace mpk;
using namespace mpk::sandbox;
using mpk::sandbox::testing::body_of;
using mpk::sandbox::testing::kNow;
using mpk::sandbox::testing::must;

namespace {

struct Log : sandbox::testing::Client {
  Log() {
    server = must(http::Server::start(
        0, [this](const http::ServerRequest& request) { return rekor.handle(request); }, 4));
  }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log() { transport.reset(); }

  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server->port()) + path;
  }
  http::Response add(const Json& entry) const {
    return post_json(url("/api/v1/log/entries"), entry);
  }

  Faults faults;
  FixedClock clock{kNow};
  RekorV1 rekor{must(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256)), "127.0.0.1", clock,
                faults};
  std::unique_ptr<http::Server> server;
};

Json hashedrekord(const crypto::PrivateKey& key, std::string_view message) {
  const auto digest = crypto::sha256(message);
  Json spec = Json::object();
  spec["data"]["hash"] = {{"algorithm", "sha256"}, {"value", digest.hex()}};
  spec["signature"]["content"] = base64_encode(must(key.sign_digest(digest)));
  spec["signature"]["publicKey"]["content"] = base64_encode(as_bytes(key.public_key().pem()));
  return {{"apiVersion", "0.0.1"}, {"kind", "hashedrekord"}, {"spec", spec}};
}

}  // namespace

TEST_CASE("an entry comes back with proof, promise and checkpoint, and is found again") {
  Log log;
  const auto key = must(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));
  const auto entry = hashedrekord(key, "blob");
  const auto made = log.add(entry);
  REQUIRE(made.status == 201);
  const auto uuid = body_of(made).begin().key();
  CHECK(made.headers.get("Location") == "/api/v1/log/entries/" + uuid);
  const auto logged = body_of(made)[uuid];
  CHECK(logged["integratedTime"] == kNow.seconds());
  const auto note = must(sigstore::parse_checkpoint(
      logged["verification"]["inclusionProof"]["checkpoint"].get<std::string>()));
  CHECK(note.origin.starts_with("127.0.0.1 - "));
  const auto& log_key = log.rekor.key().public_key();
  CHECK(sigstore::verify_note(note.note, "127.0.0.1", log_key, log_key.fingerprint().bytes()));

  const auto again = log.add(entry);
  CHECK(again.status == 409);
  CHECK(again.headers.get("Location") == "/api/v1/log/entries/" + uuid);
  CHECK(body_of(log.send("GET", log.url("/api/v1/log/entries/" + uuid))).contains(uuid));
  CHECK(body_of(log.send("GET", log.url("/api/v1/log/entries?logIndex=0"))).contains(uuid));
  CHECK(log.send("GET", log.url("/api/v1/log/entries?logIndex=1")).status == 404);
  CHECK(log.send("GET", log.url("/api/v1/log/entries/" + uuid + "0")).status == 404);
}

TEST_CASE("what does not hold is no entry") {
  Log log;
  const auto key = must(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));
  const auto good = hashedrekord(key, "blob");
  auto digest = good;
  digest["spec"]["data"]["hash"]["value"] = crypto::sha256("another").hex();
  auto kind = good;
  kind["kind"] = "rpm";
  auto version = good;
  version["apiVersion"] = "0.0.2";
  auto unknown = good;
  unknown["more"] = 1;
  for (const auto& entry : {digest, kind, version, unknown}) {
    CAPTURE(entry.dump());
    CHECK(log.add(entry).status == 400);
  }
  CHECK(log.add(good).status == 201);
}

TEST_CASE("a lost answer leaves the entry, and a large one gets a gateway's error") {
  Log log;
  const auto key = must(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));
  const auto entry = hashedrekord(key, "blob");
  log.faults.rekor_lose_answer = true;
  CHECK(log.add(entry).status == 502);
  CHECK(log.add(entry).status == 409);
  log.faults.rekor_v1_limit = 64;
  CHECK(log.add(hashedrekord(key, "another")).status == 502);
  log.faults.rekor_v1_limit = 0;
  CHECK(log.add(hashedrekord(key, "another")).status == 201);
}
