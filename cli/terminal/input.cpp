// Standard input: waited for in short steps, so that Ctrl-C ends what nobody types into.
#include "terminal/input.hpp"

#include "base/file.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>

namespace mpk::cli {
namespace {

// A signal that comes just before poll() does not wake it.
constexpr int kStepMilliseconds = 100;

}  // namespace

Result<std::string> read_stdin(std::size_t cap, const CancelToken& cancel) {
  std::string contents;
  std::array<char, std::size_t{64} << 10> buffer;
  while (true) {
    if (cancel.cancelled()) return Error(ErrorKind::cancelled, "interrupted");
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&input, 1, kStepMilliseconds);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    const auto got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return errno_error(errno, "read", "standard input");
    if (got == 0) return contents;
    if (static_cast<std::size_t>(got) > cap - contents.size()) {
      return Error(ErrorKind::too_large,
                   "standard input: larger than the limit of " + std::to_string(cap) + " bytes");
    }
    contents.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace mpk::cli
