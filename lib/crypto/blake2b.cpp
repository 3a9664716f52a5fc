// BLAKE2b over EVP.
#include "crypto/blake2b.hpp"

#include "crypto/openssl.hpp"

#include <openssl/evp.h>

#include <new>

namespace mpk::crypto {
namespace {

// The default provider has it; what fails is an allocation.
void check(bool ok) {
  if (!ok) throw std::bad_alloc();
}

}  // namespace

struct Blake2b::Impl {
  DigestContextHandle context{EVP_MD_CTX_new()};
  void start() const {
    check(context && EVP_DigestInit_ex(context.get(), EVP_blake2b512(), nullptr) == 1);
  }
};

Blake2b::Blake2b() : impl_(std::make_unique<Impl>()) { impl_->start(); }
Blake2b::Blake2b(Blake2b&&) noexcept = default;
Blake2b& Blake2b::operator=(Blake2b&&) noexcept = default;
Blake2b::~Blake2b() = default;

void Blake2b::update(BytesView bytes) {
  check(EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size()) == 1);
}

Bytes Blake2b::finish() {
  Bytes value(kSize);
  check(EVP_DigestFinal_ex(impl_->context.get(), value.data(), nullptr) == 1);
  impl_->start();
  return value;
}

}  // namespace mpk::crypto
