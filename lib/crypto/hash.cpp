// Hashing over OpenSSL EVP.
#include "crypto/hash.hpp"

#include "crypto/openssl.hpp"

#include <array>
#include <new>

namespace mpk::crypto {

struct Hasher::Impl {
  explicit Impl(DigestAlgorithm which) : algorithm(which), context(EVP_MD_CTX_new()) { start(); }

  void start() { check(context && EVP_DigestInit_ex2(context.get(), md, nullptr) == 1); }

  // SHA-2 over a fetched digest fails for lack of memory only.
  static void check(bool ok) {
    if (!ok) throw std::bad_alloc();
  }

  DigestAlgorithm algorithm;
  const EVP_MD* md = openssl_digest(algorithm);
  DigestContextHandle context;
};

Hasher::Hasher(DigestAlgorithm algorithm) : impl_(std::make_unique<Impl>(algorithm)) {}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(BytesView bytes) {
  Impl::check(EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size()) == 1);
}

Digest Hasher::finish() {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> value{};
  unsigned int size = 0;
  Impl::check(EVP_DigestFinal_ex(impl_->context.get(), value.data(), &size) == 1);
  impl_->start();
  return Digest::from_bytes(impl_->algorithm, BytesView(value).first(size)).take();
}

Digest hash(DigestAlgorithm algorithm, BytesView bytes) {
  Hasher hasher(algorithm);
  hasher.update(bytes);
  return hasher.finish();
}

Digest sha256(BytesView bytes) { return hash(DigestAlgorithm::sha256, bytes); }

Digest sha256(std::string_view text) { return sha256(as_bytes(text)); }

}  // namespace mpk::crypto
