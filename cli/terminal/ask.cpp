// Secrets from the terminal by termios.
#include "terminal/ask.hpp"

#include "base/text.hpp"
#include "crypto/secret.hpp"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace mpk::cli {
namespace {

constexpr std::size_t kLongestLine = 4096;  // what a terminal gives at once

/// No echo in this scope, and signals come as they do: whoever presses Ctrl-C gets an echo back.
class Silence {
 public:
  Silence() {
    tcgetattr(STDIN_FILENO, &before_);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    static_cast<void>(std::fputc('\n', stderr));
  }

 private:
  termios before_{};
};

}  // namespace

Result<std::string> ask_without_echo(std::string_view prompt, const CancelToken& cancel) {
  static_cast<void>(std::fprintf(stderr, "%s", printable(prompt).c_str()));
  static_cast<void>(std::fflush(stderr));
  const Silence silence;
  while (true) {
    TRY(cancel.check());
    pollfd input{STDIN_FILENO, POLLIN, 0};
    // In short steps: the signal may have come just before.
    const int ready = ::poll(&input, 1, 200);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    crypto::Secret<std::string> line(std::string(kLongestLine, '\0'));
    const ssize_t got = ::read(STDIN_FILENO, line.get().data(), kLongestLine);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Error(ErrorKind::cancelled, "no answer on the terminal");
    std::string text = line.get().substr(0, static_cast<std::size_t>(got));
    if (text.ends_with('\n')) text.pop_back();
    return text;
  }
}

}  // namespace mpk::cli
