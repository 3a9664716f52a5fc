// BLAKE3, portable: chunks of 1 KiB, and the binary tree over them.
#include "crypto/blake3.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace mpk::crypto {
namespace {

using Words = std::array<std::uint32_t, 8>;
using Block = std::array<std::uint32_t, 16>;

constexpr std::size_t kBlocksOfChunk = 16;
// §2.1, tables 1 to 3.
constexpr Words kIv = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                       0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};
constexpr std::array<std::size_t, 16> kPermutation = {2, 6,  3,  10, 7, 0,  4,  13,
                                                      1, 11, 12, 5,  9, 14, 15, 8};
constexpr std::uint32_t kChunkStart = 1, kChunkEnd = 2, kParent = 4, kRoot = 8;
constexpr std::size_t kRounds = 7;

using Schedule = std::array<std::array<std::size_t, 16>, kRounds>;

// Which message word each round takes where: the permutation, applied once more each time.
constexpr Schedule schedule() {
  Schedule out{};
  for (std::size_t i = 0; i < 16; ++i) out[0][i] = i;
  for (std::size_t round = 1; round < kRounds; ++round) {
    for (std::size_t i = 0; i < 16; ++i) out[round][i] = out[round - 1][kPermutation[i]];
  }
  return out;
}
constexpr Schedule kSchedule = schedule();

inline void mix(Block& v, std::size_t a, std::size_t b, std::size_t c, std::size_t d,
                std::uint32_t x, std::uint32_t y) {
  v[a] += v[b] + x;
  v[d] = std::rotr(v[d] ^ v[a], 16);
  v[c] += v[d];
  v[b] = std::rotr(v[b] ^ v[c], 12);
  v[a] += v[b] + y;
  v[d] = std::rotr(v[d] ^ v[a], 8);
  v[c] += v[d];
  v[b] = std::rotr(v[b] ^ v[c], 7);
}

template <std::size_t kRound>
inline void run_round(Block& v, const Block& m) {
  constexpr auto kAt = kSchedule[kRound];
  mix(v, 0, 4, 8, 12, m[kAt[0]], m[kAt[1]]);
  mix(v, 1, 5, 9, 13, m[kAt[2]], m[kAt[3]]);
  mix(v, 2, 6, 10, 14, m[kAt[4]], m[kAt[5]]);
  mix(v, 3, 7, 11, 15, m[kAt[6]], m[kAt[7]]);
  mix(v, 0, 5, 10, 15, m[kAt[8]], m[kAt[9]]);
  mix(v, 1, 6, 11, 12, m[kAt[10]], m[kAt[11]]);
  mix(v, 2, 7, 8, 13, m[kAt[12]], m[kAt[13]]);
  mix(v, 3, 4, 9, 14, m[kAt[14]], m[kAt[15]]);
}

// §2.2, without the words that only longer output needs.
Words compress(const Words& chaining, const Block& message, std::uint64_t counter, std::size_t size,
               std::uint32_t flags) {
  Block v = {chaining[0],
             chaining[1],
             chaining[2],
             chaining[3],
             chaining[4],
             chaining[5],
             chaining[6],
             chaining[7],
             kIv[0],
             kIv[1],
             kIv[2],
             kIv[3],
             static_cast<std::uint32_t>(counter),
             static_cast<std::uint32_t>(counter >> 32U),
             static_cast<std::uint32_t>(size),
             flags};
  [&]<std::size_t... kRound>(std::index_sequence<kRound...>) {
    (run_round<kRound>(v, message), ...);
  }(std::make_index_sequence<kRounds>());
  Words out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = v[i] ^ v[i + 8];
  return out;
}

Block words_of(const std::array<std::uint8_t, 64>& bytes) {
  Block out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    for (std::size_t j = 0; j < 4; ++j)
      out[i] |= static_cast<std::uint32_t>(bytes[4 * i + j]) << (8 * j);
  }
  return out;
}

Words parent(const Words& left, const Words& right, std::uint32_t root) {
  Block message{};
  std::ranges::copy(left, message.begin());
  std::ranges::copy(right, message.begin() + left.size());
  return compress(kIv, message, 0, 64, kParent | root);
}

}  // namespace

Blake3::Blake3() { start_chunk(0); }

void Blake3::start_chunk(std::uint64_t number) {
  chaining_ = kIv;
  block_size_ = 0;
  blocks_ = 0;
  chunk_ = number;
}

void Blake3::compress_block() {
  chaining_ =
      compress(chaining_, words_of(block_), chunk_, kBlock, blocks_ == 0 ? kChunkStart : 0U);
  ++blocks_;
  block_size_ = 0;
}

// A subtree is complete with every power of two of chunks: the zero bits at the end of their number
// say how many of those on the stack are (§5.1.2).
void Blake3::end_chunk() {
  auto subtree = compress(chaining_, words_of(block_), chunk_, kBlock,
                          kChunkEnd | (blocks_ == 0 ? kChunkStart : 0U));
  for (auto count = chunk_ + 1; (count & 1U) == 0; count >>= 1U) {
    subtree = parent(subtrees_.back(), subtree, 0);
    subtrees_.pop_back();
  }
  subtrees_.push_back(subtree);
  start_chunk(chunk_ + 1);
}

// The last block waits: only when more comes is it known not to be the root's.
void Blake3::update(BytesView bytes) {
  while (!bytes.empty()) {
    if (block_size_ == kBlock) {
      if (blocks_ + 1 == kBlocksOfChunk) {
        end_chunk();
      } else {
        compress_block();
      }
    }
    const auto count = std::min(kBlock - block_size_, bytes.size());
    std::copy_n(bytes.begin(), count, block_.data() + block_size_);
    block_size_ += count;
    bytes = bytes.subspan(count);
  }
}

Bytes Blake3::finish() {
  std::fill(block_.begin() + static_cast<std::ptrdiff_t>(block_size_), block_.end(),
            std::uint8_t{0});
  const auto flags = kChunkEnd | (blocks_ == 0 ? kChunkStart : 0U);
  auto root = compress(chaining_, words_of(block_), chunk_, block_size_,
                       flags | (subtrees_.empty() ? kRoot : 0U));
  while (!subtrees_.empty()) {
    const auto left = subtrees_.back();
    subtrees_.pop_back();
    root = parent(left, root, subtrees_.empty() ? kRoot : 0U);
  }
  Bytes out;
  out.reserve(kSize);
  for (const auto word : root) {
    for (unsigned shift = 0; shift < 32; shift += 8)
      out.push_back(static_cast<std::uint8_t>(word >> shift));
  }
  start_chunk(0);
  return out;
}

}  // namespace mpk::crypto
