// HashPairs: pieces that two threads hash at the same moment go through the processor together.
#pragma once

#include "crypto/sha256_blocks.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

namespace mpk::crypto {

/// A meeting point. Who comes first waits for a moment (`wait`); who
/// comes second hashes both pieces (sha256_blocks_pair), which costs little more than one. Where
/// nobody came, the next pieces do not wait. Thread-safe. Needs has_sha256_instructions().
class HashPairs {
 public:
  explicit HashPairs(std::chrono::microseconds wait, unsigned processors = 1)
      : wait_(wait), processors_(processors) {}
  /// The one of this process.
  static HashPairs& shared();

  /// Says that a stream of large pieces is under way. Nobody waits while each has a processor.
  class Stream {
   public:
    explicit Stream(HashPairs& pairs) : pairs_(&pairs) { ++pairs.streams_; }
    Stream(Stream&& other) noexcept : pairs_(std::exchange(other.pairs_, nullptr)) {}
    Stream& operator=(Stream&&) = delete;
    ~Stream() {
      if (pairs_ != nullptr) --pairs_->streams_;
    }

   private:
    HashPairs* pairs_;
  };

  /// Returns when all of it is in `state`.
  void update(Sha256State& state, const std::uint8_t* data, std::size_t blocks);

  /// Blocks that went through together with another, since the start of the process.
  std::uint64_t paired_blocks() const { return paired_blocks_; }

 private:
  struct Offer;
  void wait_for_partner(std::unique_lock<std::mutex>& lock, Offer& offer);

  const std::chrono::microseconds wait_;
  const unsigned processors_;
  std::mutex mutex_;
  Offer* waiting_ = nullptr;  // on the stack of the thread that waits
  unsigned alone_ = 0;        // how often in a row nobody came
  unsigned skip_ = 0;         // so many pieces do not wait
  std::atomic<unsigned> streams_{0};
  std::atomic<std::uint64_t> paired_blocks_{0};
};

}  // namespace mpk::crypto
