// Fuzz entry: mpk's SHA-256, alone and in pairs, equals OpenSSL's.
#include "crypto/hash.hpp"
#include "crypto/sha256_blocks.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  using namespace mpk::crypto;
  if (size < 2) return 0;
  // The first two bytes say where the rest is split.
  const BytesView bytes(data + 2, size - 2);
  const auto first = std::min<std::size_t>(bytes.size(), data[0]);
  const auto second = std::min<std::size_t>(bytes.size() - first, data[1]);

  std::array<std::uint8_t, EVP_MAX_MD_SIZE> expected{};
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), expected.data(), &length, EVP_sha256(), nullptr) !=
      1) {
    std::abort();
  }
  Hasher hasher;
  hasher.update(bytes.first(first));
  hasher.update(bytes.subspan(first, second));
  hasher.update(bytes.subspan(first + second));
  const auto wanted =
      Digest::from_bytes(DigestAlgorithm::sha256, BytesView(expected).first(length)).take();
  if (hasher.finish() != wanted) std::abort();

  if (!has_sha256_instructions()) return 0;
  const auto blocks = bytes.size() / kSha256Block / 2;
  Sha256State one = kSha256Start;
  Sha256State two = kSha256Start;
  Sha256State both = kSha256Start;
  sha256_blocks_pair(one, bytes.data(), two, bytes.data() + blocks * kSha256Block, blocks);
  sha256_blocks(both, bytes.data(), blocks);
  if (both != one) std::abort();
  both = kSha256Start;
  sha256_blocks(both, bytes.data() + blocks * kSha256Block, blocks);
  if (both != two) std::abort();
  return 0;
}
