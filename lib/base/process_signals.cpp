// Signals around a child: SIGPIPE kept from us, SIGINT, SIGTERM and SIGHUP left to it.
#include "base/process_signals.hpp"

#include <atomic>
#include <cerrno>
#include <ctime>

namespace mpk {
namespace {

constexpr std::array<int, 3> kForChild = {SIGINT, SIGTERM, SIGHUP};

// A signal handler can reach nothing else.
std::mutex scope_mutex;
std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free);

void keep(int signal, siginfo_t* info, void*) {
  // sigaction(2): a positive si_code means that the kernel, and so the terminal, is the sender.
  if (info == nullptr || info->si_code <= 0) received = signal;
}

sigset_t only_sigpipe() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGPIPE);
  return set;
}

bool sigpipe_pending() {
  sigset_t pending;
  ::sigemptyset(&pending);
  ::sigpending(&pending);
  return ::sigismember(&pending, SIGPIPE) == 1;
}

}  // namespace

BlockedSigpipe::BlockedSigpipe() : was_pending_(sigpipe_pending()) {
  const sigset_t set = only_sigpipe();
  ::pthread_sigmask(SIG_BLOCK, &set, &previous_);
}

BlockedSigpipe::~BlockedSigpipe() {
  // One that was not there before is ours: take it away before it can be delivered.
  if (!was_pending_ && sigpipe_pending()) {
    const sigset_t set = only_sigpipe();
    const timespec at_once{};
    while (::sigtimedwait(&set, nullptr, &at_once) < 0 && errno == EINTR) {
    }
  }
  ::pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
}

SignalsForChild::SignalsForChild() : only_(scope_mutex) {
  received = 0;
  struct sigaction keeping{};
  keeping.sa_sigaction = &keep;
  keeping.sa_flags = SA_SIGINFO | SA_RESTART;
  ::sigemptyset(&keeping.sa_mask);
  for (std::size_t i = 0; i < kForChild.size(); ++i) {
    ::sigaction(kForChild[i], &keeping, &previous_[i]);
    // Ignored (a background job's SIGINT, nohup) stays ignored, for us and for the child.
    if (previous_[i].sa_handler == SIG_IGN) ::sigaction(kForChild[i], &previous_[i], nullptr);
  }
}

SignalsForChild::~SignalsForChild() {
  for (std::size_t i = 0; i < kForChild.size(); ++i)
    ::sigaction(kForChild[i], &previous_[i], nullptr);
}

int SignalsForChild::take() { return received.exchange(0); }

}  // namespace mpk
