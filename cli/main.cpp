// mpk: locale, signals, run, exit code.
#include "app.hpp"
#include "crypto/library.hpp"
#include "terminal/output.hpp"

#include <malloc.h>
#include <unistd.h>

#include <clocale>
#include <csignal>
#include <cstdio>

namespace {

// Never destroyed: the handler may run at any moment, also on the way out.
const mpk::CancelToken& token() {
  static const auto* const instance = new mpk::CancelToken;
  return *instance;
}

void on_signal(int) {
  if (token().cancelled()) _exit(130);  // asked twice: at once
  token().cancel();
}

// Ignored (nohup, a background job's SIGINT) stays ignored.
void stop_on(int signal) {
  struct sigaction inherited{};
  if (sigaction(signal, nullptr, &inherited) != 0 || inherited.sa_handler == SIG_IGN) return;
  struct sigaction action{};
  action.sa_handler = on_signal;
  static_cast<void>(sigaction(signal, &action, nullptr));
}

// A thread's heap would grow page by page, and each step is a system call that holds up the threads
// beside it: 500 of them in a verification. What is not used costs nothing.
void grow_heaps_in_large_steps() {
#ifdef __GLIBC__
  mallopt(M_TOP_PAD, 4 << 20);
#endif
}

}  // namespace

int main(int argc, char** argv) {
  grow_heaps_in_large_steps();
  // Before anything else: libarchive and wcwidth depend on it.
  static_cast<void>(std::setlocale(LC_CTYPE, "C.UTF-8"));
  mpk::cli::hold_standard_streams();
  mpk::crypto::set_up_library();
  token();
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) stop_on(signal);
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  // A limit on the size of files is an error, not an end.
  static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
  // An inherited SIG_IGN would hide how children end.
  static_cast<void>(std::signal(SIGCHLD, SIG_DFL));
  const int code = mpk::cli::run_app({argv + 1, argv + argc}, token());
#if defined(__SANITIZE_ADDRESS__) || defined(MPK_COVERAGE)
  return code;  // what looks for leaks, or counts, does so on the way out
#else
  // Freeing what the kernel takes back anyway is a tenth of a short run.
  static_cast<void>(std::fflush(nullptr));
  _exit(code);
#endif
}
