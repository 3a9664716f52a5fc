// Signals around a child: SIGPIPE kept from us, SIGINT and SIGTERM left to it.
#include "base/process_signals.hpp"

#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <ctime>

namespace mpk {
namespace {

// A signal handler can reach nothing else.
std::mutex scope_mutex;
std::atomic<pid_t> current_child{0};
std::atomic<int> early_signal{0};
static_assert(std::atomic<pid_t>::is_always_lock_free);

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

SignalsToChild::SignalsToChild() : only_(scope_mutex) {
  current_child = 0;
  early_signal = 0;
  struct sigaction forward {};
  forward.sa_sigaction = &SignalsToChild::handle;
  forward.sa_flags = SA_SIGINFO | SA_RESTART;
  ::sigemptyset(&forward.sa_mask);
  ::sigaction(SIGINT, &forward, &previous_int_);
  ::sigaction(SIGTERM, &forward, &previous_term_);
  // Ignored (a background job's SIGINT, nohup) stays ignored, for us and for the child.
  if (previous_int_.sa_handler == SIG_IGN) ::sigaction(SIGINT, &previous_int_, nullptr);
  if (previous_term_.sa_handler == SIG_IGN) ::sigaction(SIGTERM, &previous_term_, nullptr);
}

SignalsToChild::~SignalsToChild() {
  current_child = 0;
  ::sigaction(SIGINT, &previous_int_, nullptr);
  ::sigaction(SIGTERM, &previous_term_, nullptr);
}

void SignalsToChild::forward_to(pid_t child) {
  current_child = child;
  if (const int signal = early_signal.exchange(0); signal != 0) ::kill(child, signal);
}

void SignalsToChild::handle(int signal, siginfo_t* info, void*) {
  const int saved = errno;
  // sigaction(2): si_code is positive when the kernel, and so the terminal, is the sender.
  if (info == nullptr || info->si_code <= 0) {
    const pid_t child = current_child;
    if (child > 0) {
      ::kill(child, signal);
    } else {
      early_signal = signal;
    }
  }
  errno = saved;
}

}  // namespace mpk
