// Signals around a child: SIGPIPE kept from us, SIGINT and SIGTERM left to it.
#include "base/process_signals.hpp"

#include <atomic>
#include <cerrno>
#include <ctime>

namespace mpk {
namespace {

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
  ::sigaction(SIGINT, &keeping, &previous_int_);
  ::sigaction(SIGTERM, &keeping, &previous_term_);
  // Ignored (a background job's SIGINT, nohup) stays ignored, for us and for the child.
  if (previous_int_.sa_handler == SIG_IGN) ::sigaction(SIGINT, &previous_int_, nullptr);
  if (previous_term_.sa_handler == SIG_IGN) ::sigaction(SIGTERM, &previous_term_, nullptr);
}

SignalsForChild::~SignalsForChild() {
  ::sigaction(SIGINT, &previous_int_, nullptr);
  ::sigaction(SIGTERM, &previous_term_, nullptr);
}

int SignalsForChild::take() { return received.exchange(0); }

}  // namespace mpk
