// Tests of opening keys by the name of their source.
#include "base/bytes.hpp"
#include "base/file.hpp"
#include "crypto/hash.hpp"
#include "keys/signing_key.hpp"
#include "keys/test_keys.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::keys;

TEST_CASE("a key signs messages and digests alike, wherever it is from") {
  Knows person;
  person.env.set("RELEASE_KEY", key_text("p384_pkcs8"));
  for (const std::string& source : {key_path("cosign"), key_path("rsa2048_pkcs1"),
                                    key_path("p521_pkcs8"), std::string("env://RELEASE_KEY")}) {
    CAPTURE(source);
    const auto key = open_signing_key(source, person.access()).value();
    CHECK(key->source() == source);
    CHECK(open_public_key(source, person.access()).value() == key->public_key());
    const auto hash = crypto::default_hash(key->public_key().type());
    const Bytes signature = key->sign_digest(crypto::hash(hash, as_bytes("message"))).value();
    CHECK(key->public_key().verify(as_bytes("message"), signature));
    CHECK_FALSE(key->public_key().verify(as_bytes("massage"), signature));
    CHECK(key->public_key().verify(as_bytes("message"), key->sign(as_bytes("message")).value()));
  }
}

TEST_CASE("an Ed25519 key signs a message and no digest") {
  Knows person;
  const auto key = open_signing_key(key_path("ed25519_pkcs8"), person.access()).value();
  CHECK(key->public_key().verify(as_bytes("m"), key->sign(as_bytes("m")).value()));
  const auto refused = key->sign_digest(crypto::sha256("m"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::unsupported);
}

TEST_CASE("a source that names nothing is a usage error with its name") {
  Knows person;
  const auto directory = TempDir::create("mpk-keys").value();
  const std::string large = directory.path() / "large";
  REQUIRE(write_file_atomic(large, key_text("p256_pkcs8") + std::string(kKeyFile, '\n')));
  person.env.set("EMPTY", "");
  struct Case {
    std::string source, part;
  };
  for (const Case& c :
       {Case{"missing.pem", "missing.pem: no such file"}, Case{directory.path(), directory.path()},
        Case{large, "bytes"}, Case{"env://UNSET", "env://UNSET: the variable is not set"},
        Case{"env://EMPTY", "the variable is not set"}}) {
    CAPTURE(c.source);
    for (const Error& error : {open_signing_key(c.source, person.access()).error(),
                               open_public_key(c.source, person.access()).error()}) {
      CAPTURE(error.text());
      CHECK(error.kind() == ErrorKind::usage);
      CHECK(error.text().find(c.part) != std::string::npos);
    }
  }
}
