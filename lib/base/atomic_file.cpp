// AtomicFile: written under a temporary name, renamed when it is complete.
#include "base/file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace mpk {
namespace {

std::filesystem::path directory_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

// A rename survives a power failure only when the directory has reached the disk too.
Result<void> sync_directory(const std::filesystem::path& directory) {
  const Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // One may be allowed to write into a directory, but not to read (and so not to open) it.
  if (!fd && errno == EACCES) return {};
  if (!fd) return errno_error(errno, "open", directory);
  // Some network and user-space file systems have no fsync for directories.
  if (::fsync(fd.get()) != 0 && errno != EINVAL && errno != ENOTSUP) {
    return errno_error(errno, "sync", directory);
  }
  return {};
}

// 0 or errno.
int rename_unless_exists(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  // EINVAL, ENOSYS: the file system (NFS, some FUSE) has no RENAME_NOREPLACE; link(2) does not
  // replace either.
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::link(from.c_str(), to.c_str()) != 0) return errno;
  static_cast<void>(::unlink(from.c_str()));
  return 0;
}

}  // namespace

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& directory) {
  std::string name = (directory / ".mpk-tmp-XXXXXX").native();
  Fd fd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd) return errno_error(errno, "create a file in it", directory);
  return AtomicFile(std::move(fd), std::move(name));
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : fd_(std::move(other.fd_)),
      path_(std::exchange(other.path_, {})),
      size_(std::exchange(other.size_, 0)) {}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
  if (this != &other) {
    discard();
    fd_ = std::move(other.fd_);
    path_ = std::exchange(other.path_, {});
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() noexcept {
  if (!path_.empty()) static_cast<void>(::unlink(path_.c_str()));
  path_.clear();
  fd_.reset();
}

Result<void> AtomicFile::write(BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno_error(errno, "write", path_);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    size_ += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<void> AtomicFile::truncate() {
  if (::ftruncate(fd_.get(), 0) != 0 || ::lseek(fd_.get(), 0, SEEK_SET) != 0) {
    return errno_error(errno, "truncate", path_);
  }
  size_ = 0;
  return {};
}

Result<void> AtomicFile::commit(const std::filesystem::path& target, unsigned mode, bool replace) {
  // Before the rename: a full disk may show only here, and then nothing has happened yet.
  if (::fchmod(fd_.get(), static_cast<mode_t>(mode)) != 0) {
    return errno_error(errno, "set the mode of", path_);
  }
  if (::fsync(fd_.get()) != 0) return errno_error(errno, "sync", path_);
  if (replace) {
    if (::rename(path_.c_str(), target.c_str()) != 0) return errno_error(errno, "replace", target);
  } else if (const int number = rename_unless_exists(path_, target); number != 0) {
    if (number == EEXIST) {
      return Error(ErrorKind::exists, fmt::format("{}: already exists", target.native()));
    }
    return errno_error(number, "create", target);
  }
  path_.clear();
  fd_.reset();
  return sync_directory(directory_of(target));
}

}  // namespace mpk
