// BLAKE3 with 32 bytes of digest (specification of 2021-09-03, hash mode), for formats that name
// it; Digest does not, as no registry takes it.
#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mpk::crypto {

/// Incremental; one stream, not thread-safe. Portable: a third of the speed of SHA instructions.
class Blake3 {
 public:
  static constexpr std::size_t kSize = 32;
  Blake3();
  void update(BytesView bytes);
  /// Ends the stream and starts a new, empty one.
  Bytes finish();

 private:
  using Words = std::array<std::uint32_t, 8>;
  static constexpr std::size_t kBlock = 64;

  void start_chunk(std::uint64_t number);
  void compress_block();
  void end_chunk();

  Words chaining_{};  // of the chunk that is being read
  std::array<std::uint8_t, kBlock> block_{};
  std::size_t block_size_ = 0;
  std::size_t blocks_ = 0;  // of the chunk, compressed
  std::uint64_t chunk_ = 0;
  std::vector<Words> subtrees_;  // complete ones left of the chunk, larger before smaller
};

}  // namespace mpk::crypto
