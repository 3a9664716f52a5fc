// What run_process does to signals while it runs; a transfer, too, must not meet SIGPIPE.
#pragma once

#include <array>
#include <csignal>
#include <mutex>

namespace mpk {

/// In this thread and scope a write to a closed pipe is EPIPE and nothing more: a library must not
/// ask its program to ignore SIGPIPE.
class BlockedSigpipe {
 public:
  BlockedSigpipe();
  BlockedSigpipe(const BlockedSigpipe&) = delete;
  BlockedSigpipe& operator=(const BlockedSigpipe&) = delete;
  ~BlockedSigpipe();

 private:
  sigset_t previous_{};
  bool was_pending_ = false;
};

/// In this scope SIGINT, SIGTERM and SIGHUP do not end us. One that a process sent to us is kept
/// for the child; one that the terminal sent went to the child by itself. One scope at a time: a
/// second one waits for the first.
class SignalsForChild {
 public:
  SignalsForChild();
  SignalsForChild(const SignalsForChild&) = delete;
  SignalsForChild& operator=(const SignalsForChild&) = delete;
  ~SignalsForChild();

  /// The signal to pass on, once; 0: none. Not done by the handler, which cannot know whether the
  /// child's number was given to another process meanwhile.
  int take();

 private:
  std::unique_lock<std::mutex> only_;
  std::array<struct sigaction, 3> previous_{};
};

}  // namespace mpk
