// Hashing: SHA-256 by the processor's instructions where it has them, everything else over EVP.
#include "crypto/hash.hpp"

#include "crypto/hash_pairs.hpp"
#include "crypto/openssl.hpp"
#include "crypto/sha256_blocks.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <optional>
#include <variant>

namespace mpk::crypto {

namespace {

class EvpHash {
 public:
  explicit EvpHash(DigestAlgorithm algorithm)
      : algorithm_(algorithm), md_(openssl_digest(algorithm)), context_(EVP_MD_CTX_new()) {
    start();
  }
  void update(BytesView bytes) {
    check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }
  Digest finish() {
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> value{};
    unsigned int size = 0;
    check(EVP_DigestFinal_ex(context_.get(), value.data(), &size) == 1);
    start();
    return Digest::from_bytes(algorithm_, BytesView(value).first(size)).take();
  }

 private:
  void start() { check(context_ && EVP_DigestInit_ex2(context_.get(), md_, nullptr) == 1); }
  // SHA-2 over a fetched digest fails for lack of memory only.
  static void check(bool ok) {
    if (!ok) throw std::bad_alloc();
  }

  DigestAlgorithm algorithm_;
  const EVP_MD* md_;
  DigestContextHandle context_;
};

// FIPS 180-4 §5.1.1 and §6.2 around the compression of blocks.
class Sha256Hash {
 public:
  void update(BytesView bytes) {
    if (bytes.empty()) return;
    total_ += bytes.size();
    if (held_ != 0) {
      const auto count = std::min(bytes.size(), kSha256Block - held_);
      hold(bytes.first(count));
      bytes = bytes.subspan(count);
      if (held_ < kSha256Block) return;
      sha256_blocks(state_, block_.data(), 1);
      held_ = 0;
    }
    const auto whole = bytes.size() / kSha256Block;
    compress(bytes.data(), whole);
    hold(bytes.subspan(whole * kSha256Block));
  }

  Digest finish() {
    constexpr std::size_t kLengthAt = kSha256Block - sizeof(std::uint64_t);
    const std::uint64_t bits = 8 * total_;
    constexpr std::array<std::uint8_t, kSha256Block> kPadding{0x80};
    const auto to_length = held_ < kLengthAt ? kLengthAt - held_ : kLengthAt + kSha256Block - held_;
    update(BytesView(kPadding).first(to_length));
    update(big_endian(bits));
    std::array<std::uint8_t, sizeof(Sha256State)> value{};
    for (std::size_t i = 0; i < value.size(); ++i) {
      value.at(i) = static_cast<std::uint8_t>(state_.at(i / 4) >> (24 - 8 * (i % 4)));
    }
    state_ = kSha256Start;
    total_ = 0;
    stream_.reset();
    return Digest::from_bytes(DigestAlgorithm::sha256, value).take();
  }

 private:
  // From here on, meeting another thread costs less than it saves.
  static constexpr std::size_t kBlocksWorthPairing = 512;

  static std::array<std::uint8_t, 8> big_endian(std::uint64_t number) {
    std::array<std::uint8_t, 8> out{};
    for (std::size_t i = 0; i < out.size(); ++i) {
      out.at(i) = static_cast<std::uint8_t>(number >> (56 - 8 * i));
    }
    return out;
  }

  void hold(BytesView bytes) {
    std::copy(bytes.begin(), bytes.end(), block_.begin() + static_cast<std::ptrdiff_t>(held_));
    held_ += bytes.size();
  }

  void compress(const std::uint8_t* data, std::size_t blocks) {
    if (blocks < kBlocksWorthPairing) {
      sha256_blocks(state_, data, blocks);
      return;
    }
    if (!stream_) stream_.emplace(HashPairs::shared());
    HashPairs::shared().update(state_, data, blocks);
  }

  Sha256State state_ = kSha256Start;
  std::uint64_t total_ = 0;  // bytes
  std::array<std::uint8_t, kSha256Block> block_{};
  std::size_t held_ = 0;  // bytes in block_
  std::optional<HashPairs::Stream> stream_;
};

using AnyHash = std::variant<EvpHash, Sha256Hash>;

AnyHash make_hash(DigestAlgorithm algorithm) {
  if (algorithm == DigestAlgorithm::sha256 && has_sha256_instructions()) return Sha256Hash();
  return EvpHash(algorithm);
}

}  // namespace

struct Hasher::Impl {
  AnyHash hash;
};

Hasher::Hasher(DigestAlgorithm algorithm)
    : impl_(std::make_unique<Impl>(Impl{make_hash(algorithm)})) {}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(BytesView bytes) {
  std::visit([&](auto& hash) { hash.update(bytes); }, impl_->hash);
}

Digest Hasher::finish() {
  return std::visit([](auto& hash) { return hash.finish(); }, impl_->hash);
}

Digest hash(DigestAlgorithm algorithm, BytesView bytes) {
  Hasher hasher(algorithm);
  hasher.update(bytes);
  return hasher.finish();
}

Digest sha256(BytesView bytes) { return hash(DigestAlgorithm::sha256, bytes); }

Digest sha256(std::string_view text) { return sha256(as_bytes(text)); }

}  // namespace mpk::crypto
