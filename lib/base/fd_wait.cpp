// poll(2) with a deadline.
#include "base/fd_wait.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>

namespace mpk {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kLongest{3'600'000};  // poll takes an int of milliseconds

bool wait_for(int fd, short events, steady_clock::time_point deadline) {
  while (true) {
    // Rounded up: what is left of a millisecond would be waited for in a busy loop.
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    pollfd entry{fd, events, 0};
    const int ready =
        ::poll(&entry, 1, static_cast<int>(std::clamp(left, milliseconds(0), kLongest).count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;
    if (left <= milliseconds(0)) return false;
  }
}

}  // namespace

bool wait_readable(int fd, steady_clock::time_point deadline) {
  return wait_for(fd, POLLIN, deadline);
}

bool wait_writable(int fd, steady_clock::time_point deadline) {
  return wait_for(fd, POLLOUT, deadline);
}

}  // namespace mpk
