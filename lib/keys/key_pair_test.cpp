// Tests of key pairs on disk: forms, names, modes, and that nothing is replaced unasked.
#include "keys/key_pair.hpp"

#include "base/file.hpp"
#include "crypto/random.hpp"
#include "keys/algorithm.hpp"
#include "keys/key_file.hpp"
#include "keys/test_keys.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::keys;

namespace {

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

std::string contents(const std::filesystem::path& path) {
  return read_file(path, 1U << 16).value();
}

std::size_t files_in(const std::filesystem::path& path) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    static_cast<void>(entry);
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE(
    "what is sealed in each form opens with its password, and only the empty one leaves PKCS#8 "
    "plain") {
  crypto::SystemRandom random;
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p384).value();
  struct Case {
    KeyForm form;
    const char* password;
    const char* label;
  };
  for (const Case& c : {Case{KeyForm::sigstore, "secret", "ENCRYPTED SIGSTORE PRIVATE KEY"},
                        Case{KeyForm::sigstore, "", "ENCRYPTED SIGSTORE PRIVATE KEY"},
                        Case{KeyForm::pkcs8, "secret", "ENCRYPTED PRIVATE KEY"},
                        Case{KeyForm::pkcs8, "", "PRIVATE KEY"}}) {
    const std::string text = seal_key(key, c.form, c.password, random).value();
    CHECK(text.starts_with("-----BEGIN " + std::string(c.label) + "-----\n"));
    Knows person;
    person.password = c.password;
    CHECK(read_private_key(text, "k", person.access()).value().public_key() == key.public_key());
    person.password = "another";
    const bool plain = std::string(c.label) == "PRIVATE KEY";
    CHECK(read_private_key(text, "k", person.access()).has_value() == plain);
  }
}

TEST_CASE("the private key's file is its owner's alone, and nothing else is left beside the pair") {
  const auto directory = TempDir::create("mpk-pair").value();
  const KeyFiles files = key_files(directory.path() / "release.key");
  CHECK(files.public_key == directory.path() / "release.pub");
  CHECK(key_files("dir/release").public_key == "dir/release.pub");
  CHECK(key_files("release.pem").public_key == "release.pem.pub");
  const mode_t before = ::umask(0);
  REQUIRE(write_key_files(files, "private", "public", false));
  ::umask(before);
  CHECK(mode_of(files.private_key) == 0600);
  CHECK(mode_of(files.public_key) == 0644);
  CHECK(contents(files.private_key) == "private");
  CHECK(contents(files.public_key) == "public");
  CHECK(files_in(directory.path()) == 2);
}

TEST_CASE("nothing that is there is replaced unasked, a dangling link included") {
  const auto directory = TempDir::create("mpk-pair").value();
  const KeyFiles files = key_files(directory.path() / "release.key");
  REQUIRE(write_file_atomic(files.public_key, "old"));
  const auto refused = write_key_files(files, "private", "public", false);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::exists);
  CHECK(refused.error().hint().find("--overwrite") != std::string::npos);
  CHECK(files_in(directory.path()) == 1);
  REQUIRE(write_key_files(files, "private", "public", true));
  CHECK(contents(files.public_key) == "public");
  REQUIRE(write_key_files(files, "newer", "public", true));
  CHECK(contents(files.private_key) == "newer");
  CHECK(mode_of(files.private_key) == 0600);

  const KeyFiles linked = key_files(directory.path() / "linked.key");
  std::filesystem::create_symlink("/nowhere/at/all", linked.private_key);
  CHECK(write_key_files(linked, "private", "public", false).error().kind() == ErrorKind::exists);
  CHECK(
      write_key_files(key_files(directory.path() / "release.pub"), "a", "b", true).error().kind() ==
      ErrorKind::usage);
  CHECK_FALSE(write_key_files(key_files(directory.path() / "none" / "x.key"), "a", "b", false));
}

TEST_CASE("algorithms are known by the registry's name and by a short one") {
  for (const Algorithm& algorithm : algorithms()) {
    CHECK(find_algorithm(algorithm.name) == &algorithm);
    CHECK(find_algorithm(algorithm.brief) == &algorithm);
  }
  CHECK(find_algorithm("ecdsa-sha2-256-nistp384") == nullptr);
  CHECK(find_algorithm("") == nullptr);
  Knows person;
  const auto name = [&](const char* file) {
    return algorithm_name(read_public_key(key_text(file), file, person.access()).value());
  };
  CHECK(name("p521_pkcs8") == "ecdsa-sha2-512-nistp521");
  CHECK(name("rsa2048_pkcs1") == "rsa-sign-pkcs1-2048-sha256");
  CHECK(name("ed25519_pkcs8") == "ed25519");
}
