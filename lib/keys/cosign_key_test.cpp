// Tests of cosign's key files: the JSON inside, changed in one place each.
#include "keys/cosign_key.hpp"

#include "base/bytes.hpp"
#include "crypto/pem.hpp"
#include "json/parse.hpp"
#include "keys/test_keys.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::keys;

namespace {

Json body_of(const std::string& name) {
  const auto block = crypto::read_pem(key_text(name)).value().front();
  return json::parse(as_text(block.der)).take();
}

}  // namespace

TEST_CASE("a sealed key opens with its password only, and no two are the same") {
  crypto::SystemRandom random;
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::ed25519).value();
  const std::string pem = seal_cosign_key(key, "secret", random).value();
  CHECK(pem.starts_with("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"));
  const auto block = crypto::read_pem(pem).value().front();
  CHECK(open_cosign_key(as_text(block.der), "secret").value().public_key() == key.public_key());
  CHECK(open_cosign_key(as_text(block.der), "Secret").error().kind() == ErrorKind::usage);
  CHECK(seal_cosign_key(key, "secret", random).value() != pem);
}

TEST_CASE("a changed member of cosign's key file is refused with its path") {
  struct Case {
    const char* part;
    ErrorKind kind;
    std::function<void(Json&)> change;
  };
  const std::string longer = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";
  for (const Case& c : {
           Case{"$.kdf.params", ErrorKind::unsupported,
                [](Json& j) { j["kdf"]["params"]["N"] = 16384; }},
           Case{"$.kdf.params", ErrorKind::unsupported,
                [](Json& j) { j["kdf"]["params"]["N"] = 1ULL << 40U; }},
           Case{"$.kdf.params", ErrorKind::unsupported,
                [](Json& j) { j["kdf"]["params"]["r"] = 16; }},
           Case{"$.kdf.params", ErrorKind::unsupported,
                [](Json& j) { j["kdf"]["params"]["p"] = 2; }},
           Case{"$.kdf.params.N", ErrorKind::malformed,
                [](Json& j) { j["kdf"]["params"]["N"] = -1; }},
           Case{"$.kdf", ErrorKind::unsupported, [](Json& j) { j["kdf"]["name"] = "pbkdf2"; }},
           Case{"$.cipher", ErrorKind::unsupported, [](Json& j) { j["cipher"]["name"] = "aes"; }},
           Case{"$.kdf", ErrorKind::malformed, [&](Json& j) { j["kdf"]["salt"] = longer; }},
           Case{"$.cipher", ErrorKind::malformed, [&](Json& j) { j["cipher"]["nonce"] = "AAAA"; }},
           Case{"$.ciphertext", ErrorKind::malformed, [](Json& j) { j["ciphertext"] = 1; }},
           Case{"$: missing \"ciphertext\"", ErrorKind::malformed,
                [](Json& j) { j.erase("ciphertext"); }},
           Case{"$: missing \"kdf\"", ErrorKind::malformed, [](Json& j) { j.erase("kdf"); }},
           Case{"extra", ErrorKind::malformed, [](Json& j) { j["extra"] = 1; }},
           Case{"secretbox", ErrorKind::malformed, [](Json& j) { j["ciphertext"] = "AAAA"; }},
       }) {
    Json body = body_of("cosign");
    REQUIRE(open_cosign_key(json::compact(body), "correct"));
    c.change(body);
    const auto key = open_cosign_key(json::compact(body), "correct");
    REQUIRE_FALSE(key);
    CAPTURE(key.error().text());
    CHECK(key.error().kind() == c.kind);
    CHECK(key.error().text().find(c.part) != std::string::npos);
  }
}
