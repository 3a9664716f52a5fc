// StallWatch: notices that a transfer stands still through nobody's fault but the network's.
#pragma once

#include "base/error.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

namespace mpk::http {

class StallWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// `answer_seconds`: for an answer after the whole body went, which a registry may hash before it
  /// answers; at least five times `seconds`.
  explicit StallWatch(unsigned seconds, unsigned answer_seconds = 0)
      : seconds_(seconds), answer_seconds_(std::max(answer_seconds, 5 * seconds)) {}

  /// `moved`: bytes in both directions so far. `excused`: the other side is not to blame now.
  /// `awaiting_answer`: the whole body went.
  bool stalled(std::int64_t moved, bool excused, bool awaiting_answer, Time now) {
    if (moved != moved_ || excused) {
      moved_ = moved;
      since_ = now;
      return false;
    }
    limit_ = awaiting_answer ? answer_seconds_ : seconds_;
    return now - since_ > std::chrono::seconds(limit_);
  }

  Error error(const std::string& host) const {
    return Error(ErrorKind::timeout,
                 host + ": no byte moved for " + std::to_string(limit_) + " seconds",
                 "the network or the server is stuck; run the command again");
  }

 private:
  unsigned seconds_;
  unsigned answer_seconds_;
  unsigned limit_ = 0;  // the one that applied last
  std::int64_t moved_ = -1;
  Time since_{};
};

}  // namespace mpk::http
