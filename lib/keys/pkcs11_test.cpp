// Tests of PKCS#11 keys against softhsm2: tokens are made in a temporary directory.
#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "crypto/certificate.hpp"
#include "crypto/hash.hpp"
#include "crypto/key.hpp"
#include "keys/pkcs11_kit.hpp"
#include "keys/signing_key.hpp"
#include "keys/test_keys.hpp"

#include <doctest/doctest.h>
#include <p11-kit/pkcs11.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::keys;

namespace {

constexpr const char* kPin = "4321-pin";

std::string module_file() {
  for (const char* path : {"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm.so",
                           "/usr/local/lib/softhsm/libsofthsm2.so"}) {
    if (std::filesystem::exists(path)) return path;
  }
  return {};
}

bool absent() {
  if (!module_file().empty()) return false;
  std::puts("SKIPPED: keys: softhsm2 is missing");
  return true;
}

/// A token "release" that holds nothing yet.
class Token {
 public:
  Token() : directory_(TempDir::create("mpk-softhsm").value()) {
    const auto tokens = directory_.path() / "tokens";
    std::filesystem::create_directory(tokens);
    const std::string settings = directory_.path() / "softhsm2.conf";
    REQUIRE(write_file_atomic(
        settings, "directories.tokendir = " + tokens.string() + "\nlog.level = ERROR\n"));
    ::setenv("SOFTHSM2_CONF", settings.c_str(), 1);
    util({"--init-token", "--free", "--label", "release", "--so-pin", "12345678", "--pin", kPin});
  }

  void import(const crypto::PrivateKey& key, const std::string& label, const std::string& id,
              bool with_public = true) {
    const std::string file = directory_.path() / "key.pem";
    REQUIRE(write_file_atomic(file, key.pem()));
    std::vector<std::string> argv = {"--import", file, "--token", "release", "--label", label,
                                     "--id",     id,   "--pin",   kPin,      "--force"};
    if (!with_public) argv.emplace_back("--no-public-key");
    util(argv);
  }

  void import_file(const std::string& name, const std::string& label, const std::string& id) {
    util({"--import", key_path(name), "--token", "release", "--label", label, "--id", id, "--pin",
          kPin});
  }

  /// A certificate object; softhsm2-util has no word for it.
  void add_certificate(const Bytes& der, const std::string& label, const Bytes& id) const;

  std::string uri(const std::string& rest, const std::string& pin = kPin) const {
    return "pkcs11:token=release;" + rest + "?module-path=" + module_file() +
           (pin.empty() ? "" : "&pin-value=" + pin);
  }
  std::filesystem::path path() const { return directory_.path(); }

 private:
  static void util(std::vector<std::string> argv) {
    argv.insert(argv.begin(), "softhsm2-util");
    const auto outcome = run_process({.argv = argv});
    REQUIRE(outcome);
    CAPTURE(outcome->errors);
    REQUIRE(outcome->exit_code == 0);
  }
  TempDir directory_;
};

void Token::add_certificate(const Bytes& der, const std::string& label, const Bytes& id) const {
  REQUIRE(load_pkcs11_kit());
  CK_FUNCTION_LIST* module = pkcs11_kit().p11_kit_module_load(module_file().c_str(), 0);
  REQUIRE(module != nullptr);
  REQUIRE(pkcs11_kit().p11_kit_module_initialize(module) == CKR_OK);
  std::array<CK_SLOT_ID, 8> slots{};  // softhsm2 always has a free one, too
  CK_ULONG count = slots.size();
  REQUIRE(module->C_GetSlotList(CK_TRUE, slots.data(), &count) == CKR_OK);
  CK_SLOT_ID slot = 0;
  for (CK_ULONG at = 0; at < count; ++at) {
    CK_TOKEN_INFO info{};
    REQUIRE(module->C_GetTokenInfo(slots.at(at), &info) == CKR_OK);
    if ((info.flags & CKF_TOKEN_INITIALIZED) != 0) slot = slots.at(at);
  }
  CK_SESSION_HANDLE session = 0;
  REQUIRE(module->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr,
                                &session) == CKR_OK);
  std::string pin = kPin;
  REQUIRE(module->C_Login(session, CKU_USER, reinterpret_cast<CK_UTF8CHAR*>(pin.data()),
                          pin.size()) == CKR_OK);
  CK_OBJECT_CLASS type = CKO_CERTIFICATE;
  CK_CERTIFICATE_TYPE form = CKC_X_509;
  CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
  Bytes value = der, name = to_bytes(label), key_id = id;
  Bytes subject = {0x30, 0x00};
  std::vector<CK_ATTRIBUTE> object = {{CKA_CLASS, &type, sizeof type},
                                      {CKA_CERTIFICATE_TYPE, &form, sizeof form},
                                      {CKA_TOKEN, &yes, sizeof yes},
                                      {CKA_PRIVATE, &no, sizeof no},
                                      {CKA_LABEL, name.data(), name.size()},
                                      {CKA_ID, key_id.data(), key_id.size()},
                                      {CKA_SUBJECT, subject.data(), subject.size()},
                                      {CKA_VALUE, value.data(), value.size()}};
  CK_OBJECT_HANDLE handle = 0;
  const CK_RV code = module->C_CreateObject(session, object.data(), object.size(), &handle);
  CHECK(code == CKR_OK);
  module->C_CloseSession(session);
  pkcs11_kit().p11_kit_module_finalize(module);
  pkcs11_kit().p11_kit_module_release(module);
}

crypto::PrivateKey p256() { return crypto::PrivateKey::from_pem(key_text("p256_pkcs8")).value(); }

const Knows kNobody;
KeyAccess nobody() { return {kNobody.env, nullptr}; }

/// No part of an error shows the PIN.
void check_silent(const Error& error) {
  CHECK(error.text().find("4321") == std::string::npos);
  CHECK(error.hint().find("4321") == std::string::npos);
}

}  // namespace

TEST_CASE("a token's key of each type signs, and its public key is shown without the PIN") {
  if (absent()) return;
  Token token;
  using crypto::KeyType;
  int id = 0x10;
  for (const KeyType type : {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521,
                             KeyType::rsa, KeyType::ed25519}) {
    const std::string name(crypto::to_string(type));
    CAPTURE(name);
    const auto key = crypto::PrivateKey::generate(type).value();
    token.import(key, name, std::to_string(++id));
    const auto opened = open_signing_key(token.uri("object=" + name), nobody()).value();
    CHECK(opened->source() == "pkcs11:token=release;object=" + name);
    CHECK(opened->public_key() == key.public_key());
    CHECK(key.public_key().verify(as_bytes("m"), opened->sign(as_bytes("m")).value()));
    const auto digest = crypto::hash(crypto::default_hash(type), as_bytes("m"));
    if (type == KeyType::ed25519) {
      CHECK(opened->sign_digest(digest).error().kind() == ErrorKind::unsupported);
    } else {
      CHECK(key.public_key().verify(as_bytes("m"), opened->sign_digest(digest).value()));
    }
    CHECK(open_public_key(token.uri("object=" + name, ""), nobody()).value() == key.public_key());
    CHECK(open_public_key(token.uri("id=%" + std::to_string(id), ""), nobody()).value() ==
          key.public_key());
  }
}

TEST_CASE("the PIN comes from the URI, a file, the environment or a person, and is never shown") {
  if (absent()) return;
  Token token;
  token.import(p256(), "model", "01");
  const std::string good = token.path() / "pin", bad = token.path() / "bad";
  REQUIRE(write_file_atomic(good, std::string(kPin) + "\n"));
  REQUIRE(write_file_atomic(bad, "4321-wrong\n"));
  const std::string bare = token.uri("object=model", "");

  CHECK(open_signing_key(bare + "&pin-source=" + good, nobody()));
  CHECK(open_signing_key(bare + "&pin-source=file:" + good, nobody()));
  Knows person;
  person.password = kPin;
  CHECK(open_signing_key(bare, person.access()));
  CHECK(person.questions == 1);
  person.env.set("COSIGN_PKCS11_PIN", kPin);
  CHECK(open_signing_key(bare, person.access()));
  CHECK(person.questions == 1);

  struct Case {
    std::string source;
    ErrorKind kind;
    const char* part;
  };
  for (const Case& c :
       {Case{token.uri("object=model", "4321-wrong"), ErrorKind::usage, ": wrong PIN"},
        Case{bare + "&pin-source=" + bad, ErrorKind::usage, ": wrong PIN"},
        Case{bare, ErrorKind::usage, ": needs a PIN"},
        Case{bare + "&pin-source=/nowhere/pin", ErrorKind::usage, "/nowhere/pin"},
        Case{bare + "&pin-source=%7Cecho%204321-pin", ErrorKind::unsupported, "is a program"},
        Case{"pkcs11:token=none;pin-value=4321-pin?module-path=" + module_file(), ErrorKind::usage,
             "no such token"},
        Case{"pkcs11:token=none;colour=red?pin-value=4321-pin", ErrorKind::usage, "attribute"},
        Case{"pkcs11:token=%zz?pin-value=4321-pin", ErrorKind::usage, "RFC 7512"}}) {
    const auto key = open_signing_key(c.source, nobody());
    REQUIRE_FALSE(key);
    CAPTURE(key.error().text());
    CHECK(key.error().kind() == c.kind);
    CHECK(key.error().text().find(c.part) != std::string::npos);
    check_silent(key.error());
  }
}

TEST_CASE("a URI that names no key, or several, is a usage error") {
  if (absent()) return;
  Token token;
  token.import(p256(), "twin", "01");
  token.import(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256).value(), "twin", "02");
  struct Case {
    std::string source;
    ErrorKind kind;
    const char* part;
  };
  const std::string path = "?module-path=" + module_file() + "&pin-value=" + kPin;
  for (const Case& c :
       {Case{token.uri("object=other"), ErrorKind::usage, "the token has no such private key"},
        Case{token.uri("object=twin"), ErrorKind::usage, "names more than one private key"},
        Case{"pkcs11:token=another;object=twin" + path, ErrorKind::usage, "no such token"},
        Case{"pkcs11:token=release;slot-id=1;object=twin" + path, ErrorKind::usage,
             "no such token"},
        Case{"pkcs11:token=release?module-path=/nowhere/module.so", ErrorKind::not_found,
             "/nowhere/module.so cannot be loaded"},
        Case{"pkcs11:token=release?module-name=nowhere", ErrorKind::not_found,
             "registered as nowhere"}}) {
    const auto key = open_signing_key(c.source, nobody());
    REQUIRE_FALSE(key);
    CAPTURE(key.error().text());
    CHECK(key.error().kind() == c.kind);
    CHECK(key.error().text().find(c.part) != std::string::npos);
    check_silent(key.error());
  }
  CHECK(open_signing_key(token.uri("object=twin;id=%02"), nobody()));
  CHECK(open_public_key(token.uri("object=twin"), nobody()).error().kind() == ErrorKind::usage);
}

TEST_CASE("keys that Sigstore has no algorithm for are unsupported in a token, too") {
  if (absent()) return;
  Token token;
  token.import_file("secp256k1_pkcs8", "koblitz", "01");
  token.import_file("rsa1024_pkcs8", "short", "02");
  token.import_file("rsa2560_pkcs8", "odd", "03");
  for (const char* label : {"koblitz", "short", "odd"}) {
    CAPTURE(label);
    const auto key = open_signing_key(token.uri(std::string("object=") + label), nobody());
    REQUIRE_FALSE(key);
    CHECK(key.error().kind() == ErrorKind::unsupported);
  }
}

TEST_CASE("where there is no public key object the certificate with the same id is taken") {
  if (absent()) return;
  Token token;
  const Bytes der = crypto::Certificate::from_pem(key_text("p256_certificate")).value().der();
  token.import(p256(), "model", "01", false);
  const auto alone = open_signing_key(token.uri("object=model"), nobody());
  REQUIRE_FALSE(alone);
  CHECK(alone.error().kind() == ErrorKind::unsupported);
  token.add_certificate(der, "a certificate", {0x01});
  const auto key = open_signing_key(token.uri("object=model"), nobody()).value();
  CHECK(key->public_key() == p256().public_key());
  CHECK(key->public_key().verify(as_bytes("m"), key->sign(as_bytes("m")).value()));
  CHECK(open_public_key(token.uri("id=%01", ""), nobody()).value() == key->public_key());
}

TEST_CASE("a certificate of another key with the same id is found out at the first signature") {
  if (absent()) return;
  Token token;
  const auto other = crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256).value();
  const Bytes der = crypto::Certificate::from_pem(key_text("p256_certificate")).value().der();
  token.import(other, "model", "01", false);
  token.add_certificate(der, "model", {0x01});
  const auto key = open_signing_key(token.uri("object=model"), nobody()).value();
  const auto refused = key->sign(as_bytes("m"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::mismatch);
}

TEST_CASE("two keys of one token are open at the same time") {
  if (absent()) return;
  Token token;
  token.import(p256(), "one", "01");
  token.import(crypto::PrivateKey::generate(crypto::KeyType::rsa).value(), "two", "02");
  const auto one = open_signing_key(token.uri("object=one"), nobody()).value();
  {
    const auto two = open_signing_key(token.uri("object=two"), nobody()).value();
    CHECK(two->public_key().verify(as_bytes("m"), two->sign(as_bytes("m")).value()));
  }
  CHECK(one->public_key().verify(as_bytes("m"), one->sign(as_bytes("m")).value()));
}
