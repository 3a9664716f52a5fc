// Tests of key plugins with one that is written in Python (test_plugin/).
#include "base/bytes.hpp"
#include "base/encoding.hpp"
#include "base/env.hpp"
#include "base/file.hpp"
#include "crypto/hash.hpp"
#include "crypto/key.hpp"
#include "json/parse.hpp"
#include "keys/signing_key.hpp"
#include "keys/test_keys.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::keys;

namespace {

/// A key file and the plugin on PATH, for as long as it lives.
class Plugin {
 public:
  explicit Plugin(crypto::KeyType type = crypto::KeyType::ecdsa_p256)
      : directory_(TempDir::create("mpk-plugin").value()),
        key(crypto::PrivateKey::generate(type).value()),
        path_(SystemEnv().get("PATH").value_or("")) {
    const std::string file = directory_.path() / "key.pem";
    REQUIRE(write_file_atomic(file, key.pem()));
    source = "testkms://" + file;
    const auto programs = std::filesystem::absolute("lib/keys/test_plugin");
    ::setenv("PATH", (programs.string() + ":" + path_).c_str(), 1);
    ::setenv("TESTKMS_LOG", log_file().c_str(), 1);
  }
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  ~Plugin() {
    ::setenv("PATH", path_.c_str(), 1);
    ::unsetenv("TESTKMS_LOG");
  }
  std::string log_file() const { return directory_.path() / "log"; }
  Json last_call() const {
    const std::string log = read_file(log_file(), 1U << 20).value();
    return json::parse(log.substr(log.rfind('\n', log.size() - 2) + 1)).take();
  }

 private:
  TempDir directory_;

 public:
  crypto::PrivateKey key;
  std::string source;

 private:
  std::string path_;
};

const Knows kNobody;
KeyAccess nobody() { return {kNobody.env, nullptr}; }

}  // namespace

TEST_CASE("a plugin's key of each type signs messages and digests") {
  using crypto::KeyType;
  for (const KeyType type : {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521,
                             KeyType::rsa, KeyType::ed25519}) {
    CAPTURE(crypto::to_string(type));
    const Plugin plugin(type);
    const auto opened = open_signing_key(plugin.source, nobody()).value();
    CHECK(opened->source() == plugin.source);
    CHECK(opened->public_key() == plugin.key.public_key());
    CHECK(open_public_key(plugin.source, nobody()).value() == plugin.key.public_key());
    CHECK(opened->public_key().verify(as_bytes("m"), opened->sign(as_bytes("m")).value()));
    const auto digest = crypto::hash(crypto::default_hash(type), as_bytes("m"));
    const auto signature = opened->sign_digest(digest);
    if (type == KeyType::ed25519) {
      CHECK(signature.error().kind() == ErrorKind::unsupported);
    } else {
      CHECK(opened->public_key().verify(as_bytes("m"), signature.value()));
      CHECK(opened->public_key().verify({}, opened->sign({}).value()));
    }
  }
}

TEST_CASE("a plugin is called with the arguments that cosign sends") {
  const Plugin plugin;
  const auto opened = open_signing_key(plugin.source, nobody()).value();
  const std::string key = plugin.source.substr(10);
  const std::string rpc = R"({"keyVersion":"","remoteVerification":false})";
  const std::string head = R"({"initOptions":{"hashFunc":5,"keyResourceID":")" + key +
                           R"(","protocolVersion":"v1","rpcOptions":)" + rpc + R"(},"methodName":)";
  Json call = plugin.last_call();
  CHECK(call["version"] == "v1");
  CHECK(json::compact(call["request"]) ==
        head + R"("publicKey","publicKey":{"publicKeyOptions":{"rpcOptions":)" + rpc + "}}}");

  REQUIRE(opened->sign(as_bytes("message")));
  call = plugin.last_call();
  const std::string digest = base64_encode(crypto::sha256("message").bytes());
  CHECK(call["input"] == base64_encode(as_bytes("message")));
  CHECK(json::compact(call["request"]) ==
        head + R"("signMessage","signMessage":{"signOptions":{"messageOptions":{"digest":")" +
            digest + R"("},"rpcOptions":)" + rpc + "}}}");

  REQUIRE(opened->sign_digest(crypto::sha256("message")));
  call = plugin.last_call();
  CHECK(call["input"] == "");
  CHECK(json::compact(call["request"]) ==
        head + R"("signMessage","signMessage":{"signOptions":{"messageOptions":{"digest":")" +
            digest + R"(","hashFunc":5},"rpcOptions":)" + rpc + "}}}");
}

TEST_CASE("what goes wrong in a plugin is told by kind and with its words") {
  const Plugin plugin;
  struct Case {
    std::string source;
    ErrorKind kind;
    const char* part;
  };
  for (const Case& c :
       {Case{plugin.source + "#error", ErrorKind::network, "access denied\\x1b[31m"},
        Case{plugin.source + "#garbage", ErrorKind::malformed, "answer is not JSON"},
        Case{plugin.source + "#exit", ErrorKind::malformed, "answer is not JSON"},
        Case{plugin.source + "#signal", ErrorKind::network, "signal"},
        Case{plugin.source + "#huge", ErrorKind::too_large, "limit"},
        Case{"nosuchkms://key", ErrorKind::not_found, "no program sigstore-kms-nosuchkms on PATH"},
        Case{"testkms://", ErrorKind::usage, "expected NAME://KEY"},
        Case{"../evil://key", ErrorKind::usage, "expected NAME://KEY"},
        Case{"://key", ErrorKind::usage, "expected NAME://KEY"},
        Case{"testkms://" + std::string(2049, 'k'), ErrorKind::usage, "expected NAME://KEY"}}) {
    for (const Error& error : {open_signing_key(c.source, nobody()).error(),
                               open_public_key(c.source, nobody()).error()}) {
      CAPTURE(error.text());
      CHECK(error.kind() == c.kind);
      CHECK(error.text().find(c.part) != std::string::npos);
    }
  }
  const auto garbage = open_public_key(plugin.source + "#garbage", nobody());
  CHECK(garbage.error().hint() == "the program said: cannot reach the KMS");
}

TEST_CASE("a plugin's exit code says nothing, its signature is checked before it is given out") {
  const Plugin plugin;
  CHECK(open_signing_key(plugin.source + "#code", nobody()).value()->sign(as_bytes("m")));
  const auto swapped = open_signing_key(plugin.source + "#swap", nobody()).value();
  const auto refused = swapped->sign(as_bytes("m"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::mismatch);
}
