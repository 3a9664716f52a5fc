// File: whole-file reads and writes, the sequential reader, and words for errno.
#include "base/file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <system_error>

namespace mpk {
namespace {

bool is_missing(int number) { return number == ENOENT || number == ENOTDIR; }

Error open_error(int number, const std::filesystem::path& path) {
  Error error = errno_error(number, "open", path);
  if (is_missing(number)) return std::move(error).with_kind(ErrorKind::not_found);
  return error;
}

// O_NONBLOCK: a fifo must be refused, not waited for. It means nothing to a regular file.
constexpr int kReaderFlags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

Error not_regular(const std::filesystem::path& path) {
  return {ErrorKind::unsupported, fmt::format("{}: not a regular file", path.native())};
}

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

FileStamp stamp_of(const struct stat& status) {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = static_cast<std::uint64_t>(status.st_size),
          .mtime_ns = nanoseconds(status.st_mtim),
          .ctime_ns = nanoseconds(status.st_ctim)};
}

ssize_t read_some(int fd, void* buffer, std::size_t size) {
  ssize_t got = 0;
  do {
    got = ::read(fd, buffer, size);
  } while (got < 0 && errno == EINTR);
  return got;
}

}  // namespace

Error errno_error(int number, std::string_view action, const std::filesystem::path& path) {
  std::string reason;
  std::string hint;
  switch (number) {
    case ENOSPC:
      reason = "disk full";
      hint = "free some space there, then run the command again";
      break;
    case EDQUOT:
      reason = "disk quota exceeded";
      hint = "free some space of yours there, then run the command again";
      break;
    case EFBIG:
      reason = "the file would get too large";
      hint = "what is the limit here (ulimit -f), and of the file system?";
      break;
    case EACCES:
    case EPERM:
      reason = "permission denied";
      break;
    case EMFILE:
    case ENFILE:
      reason = "too many open files";
      hint = "raise the limit (ulimit -n) or lower the number of parallel transfers";
      break;
    case EXDEV:
      reason = "the target lies on another file system";
      break;
    default:
      reason = std::generic_category().message(number);
      // libc starts its sentences upper case; an error text of ours does not.
      if (!reason.empty() && reason[0] >= 'A' && reason[0] <= 'Z') {
        reason[0] = static_cast<char>(reason[0] - 'A' + 'a');
      }
  }
  return {ErrorKind::io, fmt::format("{}: cannot {}: {}", path.native(), action, reason),
          std::move(hint)};
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t cap) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd) return open_error(errno, path);

  // Neither a pipe nor a file of /proc knows its size: only what is read counts.
  std::string contents;
  std::array<char, std::size_t{64} << 10> buffer;
  while (true) {
    const ssize_t got = read_some(fd.get(), buffer.data(), buffer.size());
    if (got < 0) return errno_error(errno, "read", path);
    if (got == 0) return contents;
    if (static_cast<std::size_t>(got) > cap - contents.size()) {
      return Error(ErrorKind::too_large,
                   fmt::format("{}: larger than the limit of {} bytes", path.native(), cap));
    }
    contents.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

Result<void> write_file_atomic(const std::filesystem::path& path, std::string_view contents,
                               unsigned mode) {
  const std::filesystem::path directory = path.parent_path();
  AtomicFile file = TRY(AtomicFile::create(directory.empty() ? "." : directory));
  TRY(file.write(as_bytes(contents)).with(fmt::format("writing {}", path.native())));
  return file.commit(path, mode);
}

Result<FileReader> FileReader::open(const std::filesystem::path& path) {
  Fd fd(::open(path.c_str(), kReaderFlags));
  if (fd) return of(std::move(fd), path);
  // A socket, and a device without a driver, cannot even be opened.
  if (errno == ENXIO || errno == ENODEV) return not_regular(path);
  return open_error(errno, path);
}

Result<FileReader> FileReader::open_in(const Directory& directory, const std::string& name) {
  Fd fd(::openat(directory.descriptor(), name.c_str(), kReaderFlags | O_NOFOLLOW));
  const int number = errno;
  const auto path = directory.path() / name;
  if (!fd && number != ENXIO && number != ENODEV && number != ELOOP) {
    return open_error(number, path);
  }
  auto reader = fd ? of(std::move(fd), path) : Result<FileReader>(not_regular(path));
  if (!reader && reader.error().kind() == ErrorKind::unsupported) {
    return std::move(reader).error().with_kind(ErrorKind::mismatch);
  }
  return reader;
}

Result<FileReader> FileReader::of(Fd fd, const std::filesystem::path& path) {
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return errno_error(errno, "stat", path);
  if (!S_ISREG(status.st_mode)) return not_regular(path);
  // Advice only: a file system that cannot take it reads just as correctly.
  static_cast<void>(::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL));
  return FileReader(std::move(fd), path, stamp_of(status));
}

Result<std::size_t> FileReader::read(std::span<std::uint8_t> buffer) {
  const ssize_t got = read_some(fd_.get(), buffer.data(), buffer.size());
  if (got < 0) return errno_error(errno, "read", path_);
  return static_cast<std::size_t>(got);
}

Result<void> FileReader::seek(std::uint64_t offset) {
  if (::lseek(fd_.get(), static_cast<off_t>(offset), SEEK_SET) < 0) {
    return errno_error(errno, "seek", path_);
  }
  return {};
}

bool FileReader::settled(unsigned seconds) const {
  timespec now{};
  // The clock that the kernel takes the stamps from; it may also have been put back since.
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  const auto last = std::max(stamp_.mtime_ns, stamp_.ctime_ns);
  return last + std::int64_t{seconds} * 1'000'000'000 <= nanoseconds(now);
}

Result<void> FileReader::check_unchanged() const {
  // The open file is asked, not its name: replacing it by rename takes away a link, and that moves
  // the ctime of what is open here.
  struct stat status{};
  if (::fstat(fd_.get(), &status) != 0) return errno_error(errno, "stat", path_);
  if (stamp_of(status) == stamp_) return {};
  return Error(ErrorKind::mismatch,
               fmt::format("{}: changed while it was read ({} bytes when opened, {} now)",
                           path_.native(), stamp_.size, status.st_size),
               "wait until nothing writes to it any more, then run the command again");
}

}  // namespace mpk
