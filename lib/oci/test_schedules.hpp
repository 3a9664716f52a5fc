// For tests: schedules of faults that a seed decides on, and what ends one that hangs.
#pragma once

#include "base/text.hpp"
#include "oci/test_fault_registry.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <random>
#include <string_view>
#include <thread>

namespace mpk::oci::test {

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  /// In [0, end).
  std::uint64_t below(std::uint64_t end) { return engine_() % end; }
  bool one_in(std::uint64_t chances) { return below(chances) == 0; }
  /// One of an array's.
  const auto& of(const auto& choices) { return choices.at(below(choices.size())); }

 private:
  std::mt19937_64 engine_;
};

struct Seeds {
  unsigned first, last;
};
/// 1 to `count`, or the one that MPK_SEED names, or as many as MPK_SCHEDULES says.
inline Seeds seeds(unsigned count) {
  const auto number = [](const char* name) -> std::optional<unsigned> {
    const char* text = std::getenv(name);
    if (text == nullptr) return std::nullopt;
    return static_cast<unsigned>(parse_u64(text).value_or(1));
  };
  if (const auto one = number("MPK_SEED")) return {*one, *one};
  return {1, number("MPK_SCHEDULES").value_or(count)};
}

/// Ends the program, with the seed, if one schedule takes longer than any machine's load explains.
class Watchdog {
 public:
  explicit Watchdog(unsigned seed, std::chrono::seconds limit = std::chrono::seconds(60))
      : thread_([this, seed, limit] {
          std::unique_lock lock(mutex_);
          if (ended_.wait_for(lock, limit, [this] { return over_; })) return;
          static_cast<void>(
              std::fprintf(stderr, "the schedule hangs; replay it with MPK_SEED=%u\n", seed));
          std::_Exit(1);
        }) {}
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  ~Watchdog() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    ended_.notify_all();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ = false;
  std::thread thread_;
};

/// A registry with the habits of one that exists.
inline void make_habits(FaultRegistry& registry, Dice& dice) {
  switch (dice.below(6)) {
    case 0:
      registry.state_in_location = true;
      break;
    case 1:
      registry.range_stands_still = true;
      registry.patched = 201;
      break;
    case 2:
      registry.most_patch = 100 + dice.below(1000);
      registry.too_much = dice.one_in(2) ? 413 : 416;
      break;
    case 3:
      registry.most_patch = registry.most_put = 60 + dice.below(2000);
      break;
    case 4:
      registry.least = dice.below(3000);
      break;
    default:
      break;
  }
  registry.any_location = dice.one_in(2);
}

}  // namespace mpk::oci::test
