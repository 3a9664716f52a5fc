// StallWatch: notices that a transfer stands still through nobody's fault but the network's.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace mpk::http {

class StallWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit StallWatch(unsigned seconds) : seconds_(seconds) {}

  /// `moved`: bytes in both directions so far. `excused`: the other side is not to blame now.
  /// `awaiting_answer`: the whole body went; a registry may hash it all before it answers, which is
  /// given five times as long.
  bool stalled(std::int64_t moved, bool excused, bool awaiting_answer, Time now) {
    if (moved != moved_ || excused) {
      moved_ = moved;
      since_ = now;
      return false;
    }
    return now - since_ > std::chrono::seconds(seconds_) * (awaiting_answer ? 5 : 1);
  }

  Error error(const std::string& host) const {
    return Error(ErrorKind::timeout,
                 host + ": no byte moved for " + std::to_string(seconds_) + " seconds");
  }

 private:
  unsigned seconds_;
  std::int64_t moved_ = -1;
  Time since_{};
};

}  // namespace mpk::http
