// Standard output: the first failure counts, as later ones only follow from it.
#include "terminal/output.hpp"

#include "base/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace mpk::cli {
namespace {

int first_failure = 0;

void keep(int number) {
  if (first_failure == 0) first_failure = number == 0 ? EIO : number;
}

}  // namespace

void hold_standard_streams() {
  for (int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) != -1) continue;
    // Opened the wrong way round, so that it goes on failing; open() takes the lowest free number.
    const int opened = ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (opened != stream && opened >= 0) ::close(opened);
  }
}

void write_stdout(std::string_view text) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) keep(errno);
}

bool stdout_failed() { return first_failure != 0; }

Result<void> flush_stdout() {
  errno = 0;
  if (std::fflush(stdout) != 0) keep(errno);
  if (first_failure == 0 || first_failure == EPIPE) return {};
  if (first_failure == EBADF)
    return Error(ErrorKind::io, "standard output is closed", "redirect it to a file or /dev/null");
  auto error = errno_error(first_failure, "write", "standard output");
  if (first_failure != ENOSPC) return error;
  return std::move(error).with_hint("is the disk full?");
}

}  // namespace mpk::cli
