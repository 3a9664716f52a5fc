// Tests of key files: each accepted form beside its refused neighbour.
#include "keys/key_file.hpp"

#include "base/bytes.hpp"
#include "crypto/key.hpp"
#include "crypto/pem.hpp"
#include "keys/test_keys.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <iterator>
#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::keys;
using crypto::KeyType;

namespace {

Result<crypto::PrivateKey> read(const std::string& text, const std::string& password = "correct") {
  Knows person;
  person.password = password;
  return read_private_key(text, "key.pem", person.access());
}

std::string changed(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

/// The same PEM block with the last `count` bytes of its contents cut off, or one added.
std::string resized(const std::string& text, std::ptrdiff_t count) {
  auto block = crypto::read_pem(text).value().back();
  block.der.resize(static_cast<std::size_t>(std::ssize(block.der) + count));
  return crypto::write_pem(block.label, block.der);
}

}  // namespace

TEST_CASE(
    "every accepted form of a key file opens, and is asked for a password only if it has one") {
  struct Case {
    const char* name;
    KeyType type;
    int questions;
  };
  const auto p256 = read(key_text("p256_pkcs8")).value().public_key();
  for (const Case& c :
       {Case{"p256_pkcs8", KeyType::ecdsa_p256, 0}, Case{"p256_sec1", KeyType::ecdsa_p256, 0},
        Case{"p256_pbes2", KeyType::ecdsa_p256, 1},
        Case{"p256_pbes2_scrypt", KeyType::ecdsa_p256, 1}, Case{"cosign", KeyType::ecdsa_p256, 1},
        Case{"cosign_old", KeyType::ecdsa_p256, 1}, Case{"p384_pkcs8", KeyType::ecdsa_p384, 0},
        Case{"p521_pkcs8", KeyType::ecdsa_p521, 0}, Case{"ed25519_pkcs8", KeyType::ed25519, 0},
        Case{"rsa2048_pkcs1", KeyType::rsa, 0}}) {
    CAPTURE(c.name);
    Knows person;
    const auto key = read_private_key(key_text(c.name), c.name, person.access());
    REQUIRE(key);
    CHECK(key->type() == c.type);
    CHECK(person.questions == c.questions);
    if (c.type == KeyType::ecdsa_p256 && std::string(c.name) != "cosign") {
      CHECK(key->public_key() == p256);
    }
    Knows again;
    CHECK(read_public_key(key_text(c.name), c.name, again.access()).value() == key->public_key());
    CHECK(key->public_key().verify(as_bytes("m"), key->sign(as_bytes("m")).value()));
  }
}

TEST_CASE("a public key is read from its PEM text and from a certificate without a question") {
  Knows person;
  const auto key = read_public_key(key_text("p256_public"), "k", person.access()).value();
  CHECK(read_public_key(key_text("p256_certificate"), "k", person.access()).value() == key);
  CHECK(read_public_key(key_text("p256_sec1"), "k", person.access()).value() == key);
  const auto other = read_public_key(key_text("cosign_public"), "k", person.access()).value();
  CHECK(person.questions == 0);
  CHECK(read_public_key(key_text("cosign"), "k", person.access()).value() == other);
  CHECK(person.questions == 1);
  CHECK_FALSE(
      read_public_key(key_text("p256_public") + key_text("cosign_public"), "k", person.access()));
}

TEST_CASE("a wrong password is a usage error that does not show it") {
  for (const char* name : {"p256_pbes2", "p256_pbes2_scrypt", "cosign", "cosign_old"}) {
    CAPTURE(name);
    for (const char* password : {"incorrect-horse", "", "correct\n"}) {
      const auto key = read(key_text(name), password);
      REQUIRE_FALSE(key);
      CHECK(key.error().kind() == ErrorKind::usage);
      CHECK(key.error().text() == "private key: wrong password");
      CHECK(key.error().hint().find("horse") == std::string::npos);
    }
  }
}

TEST_CASE("forms that mpk does not take are refused by name, before a question where that can be") {
  struct Case {
    std::string name, text;
    ErrorKind kind;
    const char* part;
  };
  const std::string plain = key_text("p256_pkcs8");
  for (const Case& c :
       {Case{"PBES1", key_text("p256_pbes1"), ErrorKind::unsupported, "outdated scheme"},
        Case{"20 million iterations", key_text("p256_pbes2_costly"), ErrorKind::too_large,
             "minutes"},
        Case{"RFC 1421", key_text("p256_rfc1421"), ErrorKind::unsupported, "one MD5"},
        Case{"cosign with N 131072", key_text("cosign_costly"), ErrorKind::unsupported,
             "$.kdf.params: expected scrypt with N 32768 or 65536"},
        Case{"secp256k1", key_text("secp256k1_pkcs8"), ErrorKind::unsupported, "secp256k1"},
        Case{"RSA 1024", key_text("rsa1024_pkcs8"), ErrorKind::unsupported, "1024 bits"},
        Case{"RSA 2560", key_text("rsa2560_pkcs8"), ErrorKind::unsupported,
             "RSA key has 2560 bits, expected 2048, 3072 or 4096"},
        Case{"two keys", plain + key_text("p384_pkcs8"), ErrorKind::malformed,
             "expected one key, found 2 PEM blocks"},
        Case{"curve alone",
             plain.substr(0, 0) +
                 key_text("p256_sec1")
                     .substr(0, key_text("p256_sec1").find("-----BEGIN EC PRIVATE")),
             ErrorKind::malformed, "found 0 PEM blocks"},
        Case{"trailing text", plain + "x", ErrorKind::malformed, "PEM"},
        Case{"no end line", plain.substr(0, plain.size() - 30), ErrorKind::malformed, "PEM"},
        Case{"public key", key_text("p256_public"), ErrorKind::usage, "\"PUBLIC KEY\""},
        Case{"certificate", key_text("p256_certificate"), ErrorKind::usage, "\"CERTIFICATE\""},
        Case{"another label", changed(changed(plain, "PRIVATE", "SECRET"), "PRIVATE", "SECRET"),
             ErrorKind::unsupported, "SECRET KEY"},
        Case{"empty", "", ErrorKind::malformed, "empty"}}) {
    CAPTURE(c.name);
    const auto key = read(c.text);
    REQUIRE_FALSE(key);
    CHECK(key.error().kind() == c.kind);
    CAPTURE(key.error().text());
    CHECK(key.error().text().find(c.part) != std::string::npos);
  }
}

TEST_CASE("a key file one byte short or long does not open") {
  for (const char* name : {"p256_pkcs8", "p256_sec1", "p256_pbes2", "rsa2048_pkcs1",
                           "ed25519_pkcs8", "cosign", "p256_public", "p256_certificate"}) {
    for (const int count : {-1, 1}) {
      CAPTURE(name);
      CAPTURE(count);
      Knows person;
      const auto key = read_public_key(resized(key_text(name), count), "k", person.access());
      REQUIRE_FALSE(key);
      CHECK(key.error().kind() == ErrorKind::malformed);
    }
  }
}

TEST_CASE("a key whose halves belong to two keys is malformed") {
  // RFC 5915: the public half is the last 65 bytes of both; here it is another key's.
  auto mine = crypto::read_pem(key_text("p256_pkcs8")).value().front();
  const auto other = crypto::PrivateKey::generate(KeyType::ecdsa_p256).value().pkcs8();
  REQUIRE(mine.der.size() == other.size());
  std::copy(other.end() - 65, other.end(), mine.der.end() - 65);
  const auto key = read(crypto::write_pem(mine.label, mine.der));
  REQUIRE_FALSE(key);
  CHECK(key.error().kind() == ErrorKind::malformed);
}

TEST_CASE("the password of the environment goes before the question, mpk's own before cosign's") {
  Knows person;
  person.password = "wrong";
  person.env.set("COSIGN_PASSWORD", "correct");
  CHECK(read_private_key(key_text("cosign"), "k", person.access()));
  person.env.set("MPK_KEY_PASSWORD", "incorrect");
  const auto key = read_private_key(key_text("cosign"), "k", person.access());
  REQUIRE_FALSE(key);
  CHECK(key.error().hint() == "the password was taken from MPK_KEY_PASSWORD");
  CHECK(person.questions == 0);
}

TEST_CASE("where nobody can be asked the empty password is tried, and the error says what to set") {
  const MapEnv env;
  const KeyAccess nobody{env, nullptr};
  CHECK(read_private_key(key_text("cosign_empty"), "k", nobody));
  const auto key = read_private_key(key_text("cosign"), "k", nobody);
  REQUIRE_FALSE(key);
  CHECK(key.error().kind() == ErrorKind::usage);
  CHECK(key.error().text() == "private key is encrypted and its password is not known");
  CHECK(key.error().hint().find("COSIGN_PASSWORD") != std::string::npos);
}
