// A SigningKey in memory, for the tests of what signs.
#pragma once

#include "crypto/key.hpp"
#include "keys/signing_key.hpp"

#include <memory>
#include <string>
#include <utility>

namespace mpk::sigstore::testing {

class TestKey final : public keys::SigningKey {
 public:
  explicit TestKey(crypto::PrivateKey key, std::string source = "key.pem")
      : key_(std::move(key)), source_(std::move(source)) {}
  const crypto::PublicKey& public_key() const override { return key_.public_key(); }
  Result<Bytes> sign_digest(const Digest& digest) override {
    return broken ? Bytes(70, 1) : key_.sign_digest(digest);
  }
  Result<Bytes> sign(BytesView message) override {
    return broken ? Bytes(70, 1) : key_.sign(message);
  }
  const std::string& source() const override { return source_; }
  bool broken = false;  // signs what does not hold, as a faulty token would

 private:
  crypto::PrivateKey key_;
  std::string source_;
};

inline std::unique_ptr<TestKey> make_test_key(crypto::KeyType type = crypto::KeyType::ecdsa_p256) {
  return std::make_unique<TestKey>(crypto::PrivateKey::generate(type).take());
}

}  // namespace mpk::sigstore::testing
