// A signing key in memory: crypto::PrivateKey does the work.
#include "keys/local_key.hpp"

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"

#include <utility>

namespace mpk::keys {
namespace {

class LocalKey final : public SigningKey {
 public:
  LocalKey(crypto::PrivateKey key, std::string source)
      : key_(std::move(key)), source_(std::move(source)) {}
  const crypto::PublicKey& public_key() const override { return key_.public_key(); }
  Result<Bytes> sign_digest(const Digest& digest) override { return key_.sign_digest(digest); }
  Result<Bytes> sign(BytesView message) override { return key_.sign(message); }
  const std::string& source() const override { return source_; }

 private:
  crypto::PrivateKey key_;
  std::string source_;
};

}  // namespace

std::unique_ptr<SigningKey> make_local_key(crypto::PrivateKey key, std::string source) {
  return std::make_unique<LocalKey>(std::move(key), std::move(source));
}

}  // namespace mpk::keys
