// Certificate requests: proof of possession, and what breaks it.
#include "crypto/issue.hpp"
#include "crypto/pem.hpp"
#include "crypto/test_pki.hpp"

namespace mpk::crypto {
namespace {

using namespace testing;

TEST_CASE("a request that was made here gives its key back, as PEM and as DER") {
  for (const KeyType type : {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521,
                             KeyType::rsa, KeyType::ed25519}) {
    CAPTURE(to_string(type));
    const auto key = must(PrivateKey::generate(type));
    const std::string pem = must(make_csr(key));
    CHECK(must(verify_csr(pem)) == key.public_key());
    const Bytes der = must(read_pem(pem)).at(0).der;
    CHECK(must(verify_csr(as_text(der))) == key.public_key());
  }
}

TEST_CASE("no request verifies with a flipped byte") {
  const auto key = must(PrivateKey::generate(KeyType::ecdsa_p256));
  const Bytes der = must(read_pem(must(make_csr(key)))).at(0).der;
  for (std::size_t i = 0; i < der.size(); ++i) {
    Bytes bad = der;
    bad[i] ^= 1;
    CAPTURE(i);
    CHECK_FALSE(verify_csr(as_text(bad)));
  }
}

TEST_CASE("a request whose signature is by another key is untrusted") {
  const auto key = must(PrivateKey::generate(KeyType::ecdsa_p256));
  Bytes der = must(read_pem(must(make_csr(key)))).at(0).der;
  der.back() ^= 1;
  CHECK(kind_of(verify_csr(as_text(der))) == "untrusted");
}

TEST_CASE("what is no certificate request is malformed") {
  const auto key = must(PrivateKey::generate(KeyType::ecdsa_p256));
  const std::string pem = must(make_csr(key));
  Bytes longer = must(read_pem(pem)).at(0).der;
  longer.push_back(0);
  const std::string rows[] = {"",
                              "hello",
                              "-----BEGIN CERTIFICATE REQUEST-----\n",
                              key.pem(),
                              key.public_key().pem(),
                              pem + pem,
                              std::string(as_text(longer))};
  for (const auto& row : rows) {
    CAPTURE(row.substr(0, 40));
    CHECK(kind_of(verify_csr(row)) == "malformed");
  }
}

}  // namespace
}  // namespace mpk::crypto
