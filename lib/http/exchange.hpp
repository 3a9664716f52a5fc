// Exchange: the bounded buffers between the thread that runs transfers and the caller of send().
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "http/message.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace mpk::http {

/// One transfer. The engine's end never blocks and never sees the request's source or sink, so disk
/// and hashing of several transfers run side by side on their callers' threads, and no more than
/// kBuffers × kBufferSize bytes wait in either direction. Thread-safe.
class Exchange {
 public:
  static constexpr std::size_t kBufferSize = 256U << 10;
  static constexpr std::size_t kBuffers = 4;

  /// How the transfer ended, from the engine's side.
  struct Ending {
    std::optional<Error> error;
    bool sent = true;         // as in Attempt
    bool final = false;       // as in Attempt
    bool unresolved = false;  // the host name was not found; why, the caller may ask
  };
  enum class Flow { go, pause, stop };
  struct Pulled {
    Flow flow = Flow::go;
    std::size_t size = 0;  // 0 with go: the end of the body
  };
  /// What the caller should do next. `ended` comes after the last byte of the answer was taken.
  enum class Event { nothing, rewind, answer, bytes, ended, room };

  /// `wake` makes the engine look at take_resume() and abandoned(); called without a lock held.
  explicit Exchange(std::function<void()> wake) : wake_(std::move(wake)) {}

  // The engine's end.
  Pulled pull(std::span<std::uint8_t> into);
  void restart();  // the body is needed from its start again
  void answer(int status, Headers headers);
  Flow push(BytesView bytes);
  void end(Ending ending);
  bool take_resume();  // true once after the reason of a pause went away
  bool abandoned() const;
  bool waiting_for_caller() const;  // paused, or about to be
  bool body_gone() const;           // the whole request body was pulled

  // The caller's end.
  /// Waits at most `limit`; `room` is reported only until finish_body().
  Event wait(std::chrono::milliseconds limit);
  void rewound();          // after the source was rewound on Event::rewind
  Bytes spare();           // an empty buffer, reused where possible
  void give(Bytes bytes);  // dropped if a rewind was asked for meanwhile
  void finish_body();      // no (more) request body
  Bytes take();            // on Event::bytes; hand it back by recycle()
  void recycle(Bytes bytes);
  void abandon();  // the caller has seen enough
  int status() const;
  Headers take_headers();
  Ending ending() const;

 private:
  void wake_if_paused(std::unique_lock<std::mutex> lock, bool& paused);

  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Bytes> up_;
  std::size_t up_offset_ = 0;  // within up_.front()
  std::deque<Bytes> down_;
  std::vector<Bytes> spare_;
  bool pulled_any_ = false;
  bool up_finished_ = false;
  bool rewind_wanted_ = false;
  bool pull_paused_ = false;
  bool push_paused_ = false;
  bool resume_ = false;
  bool abandoned_ = false;
  bool answered_ = false;
  bool answer_seen_ = false;
  int status_ = 0;
  Headers headers_;
  std::optional<Ending> ending_;
};

}  // namespace mpk::http
