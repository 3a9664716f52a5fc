// mpk: locale, signals, run, exit code.
#include "app.hpp"

#include <unistd.h>

#include <clocale>
#include <csignal>

namespace {

// Lives as long as the process: the handler may run at any moment.
const mpk::CancelToken& token() {
  static const mpk::CancelToken instance;
  return instance;
}

void on_signal(int) {
  if (token().cancelled()) _exit(130);  // asked twice: at once
  token().cancel();
}

}  // namespace

int main(int argc, char** argv) {
  // Before anything else: libarchive and wcwidth depend on it.
  std::setlocale(LC_CTYPE, "C.UTF-8");
  token();
  struct sigaction action{};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGCHLD, SIG_DFL);  // an inherited SIG_IGN would hide how children end
  return mpk::cli::run_app({argv + 1, argv + argc}, token());
}
