// What run_process does to signals while it runs; for process.cpp only.
#pragma once

#include <sys/types.h>

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

/// In this scope SIGINT and SIGTERM do not end us. One that a process sent to us is passed on to
/// the child; one that the terminal sent went to the child by itself. One scope at a time: a second
/// one waits for the first.
class SignalsToChild {
 public:
  SignalsToChild();
  SignalsToChild(const SignalsToChild&) = delete;
  SignalsToChild& operator=(const SignalsToChild&) = delete;
  ~SignalsToChild();

  void forward_to(pid_t child);

 private:
  static void handle(int signal, siginfo_t* info, void* context);

  std::unique_lock<std::mutex> only_;
  struct sigaction previous_int_ {};
  struct sigaction previous_term_ {};
};

}  // namespace mpk
