// FileLock: flock(2) with a deadline.
#include "base/file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <thread>

namespace mpk {
namespace {

constexpr std::chrono::milliseconds kRetryInterval{20};

// Whoever removes the lock file leaves its holder with a lock on nothing.
bool still_named(int fd, const std::filesystem::path& path) {
  struct stat open_file{};
  struct stat named{};
  return ::fstat(fd, &open_file) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino;
}

}  // namespace

Result<FileLock> FileLock::acquire(const std::filesystem::path& path, unsigned timeout_seconds,
                                   const CancelToken& cancel) {
  return take(LOCK_EX, path, timeout_seconds, cancel);
}

Result<FileLock> FileLock::acquire_shared(const std::filesystem::path& path,
                                          unsigned timeout_seconds, const CancelToken& cancel) {
  return take(LOCK_SH, path, timeout_seconds, cancel);
}

Result<FileLock> FileLock::take(int mode, const std::filesystem::path& path,
                                unsigned timeout_seconds, const CancelToken& cancel) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(timeout_seconds);
  while (true) {
    TRY(cancel.check());
    // A directory that came from elsewhere may bring a link: nothing is made at its other end.
    Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!fd && errno == ELOOP) {
      return Error(ErrorKind::malformed,
                   fmt::format("{}: expected a lock file, found a symlink", path.native()),
                   "remove it");
    }
    if (!fd) return errno_error(errno, "open", path);
    if (::flock(fd.get(), mode | LOCK_NB) == 0) {
      if (still_named(fd.get(), path)) return FileLock(std::move(fd));
    } else if (errno != EWOULDBLOCK && errno != EINTR) {
      return errno_error(errno, "lock", path);
    }
    // flock(2) has no time-out of its own, and a signal to end it would be process-wide.
    if (std::chrono::steady_clock::now() >= deadline) {
      return Error(ErrorKind::timeout,
                   fmt::format("{}: still locked after {} s", path.native(), timeout_seconds),
                   "another mpk is at work there; wait for it, or end it");
    }
    std::this_thread::sleep_for(kRetryInterval);
  }
}

}  // namespace mpk
