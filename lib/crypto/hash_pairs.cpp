// HashPairs: a rendezvous with a bounded wait.
#include "crypto/hash_pairs.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace mpk::crypto {
namespace {

// A piece of 256 KiB takes 140 µs alone. Most partners come later than that, when they have read
// or received their piece, and the processor has other work meanwhile: with 100 µs half of what is
// pushed is hashed in pairs, with this 97 %. Waits in vain cost 6 % at most, by kLongestSkip.
constexpr std::chrono::microseconds kWait{2000};
constexpr unsigned kLongestSkip = 256;

}  // namespace

struct HashPairs::Offer {
  Sha256State* state;
  const std::uint8_t* data;
  std::size_t blocks;
  enum class Is { open, taken, done } is = Is::open;
  std::condition_variable changed;
};

HashPairs& HashPairs::shared() {
  static HashPairs pairs(kWait, std::max(1U, std::thread::hardware_concurrency()));
  return pairs;
}

// What a partner did not hash is left in `offer`: all of it if nobody came.
void HashPairs::wait_for_partner(std::unique_lock<std::mutex>& lock, Offer& offer) {
  if (skip_ > 0) {
    --skip_;
    return;
  }
  waiting_ = &offer;
  offer.changed.wait_for(lock, wait_, [&] { return offer.is != Offer::Is::open; });
  if (offer.is == Offer::Is::open) {
    waiting_ = nullptr;
    alone_ = std::min(2 * alone_ + 1, kLongestSkip);
    skip_ = alone_;
    return;
  }
  offer.changed.wait(lock, [&] { return offer.is == Offer::Is::done; });
}

void HashPairs::update(Sha256State& state, const std::uint8_t* data, std::size_t blocks) {
  std::unique_lock lock(mutex_);
  Offer* partner = std::exchange(waiting_, nullptr);
  if (partner == nullptr) {
    // Two processors hash two pieces sooner than one that takes both.
    if (streams_ <= processors_) {
      lock.unlock();
      sha256_blocks(state, data, blocks);
      return;
    }
    Offer mine{.state = &state, .data = data, .blocks = blocks, .changed = {}};
    wait_for_partner(lock, mine);
    lock.unlock();
    sha256_blocks(state, mine.data, mine.blocks);
    return;
  }
  partner->is = Offer::Is::taken;
  alone_ = skip_ = 0;
  lock.unlock();
  const std::size_t both = std::min(blocks, partner->blocks);
  sha256_blocks_pair(state, data, *partner->state, partner->data, both);
  paired_blocks_ += 2 * both;
  lock.lock();
  partner->data += both * kSha256Block;
  partner->blocks -= both;
  partner->is = Offer::Is::done;
  partner->changed.notify_one();  // under the lock: afterwards it may be gone
  lock.unlock();
  sha256_blocks(state, data + both * kSha256Block, blocks - both);
}

}  // namespace mpk::crypto
