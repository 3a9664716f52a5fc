// AtomicFile: written under a temporary name, renamed when it is complete.
#include "base/file.hpp"
#include "base/rename.hpp"
#include "base/temporary_name.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace mpk {
namespace {

constexpr int kAttempts = 100;

// umask(2) can't be asked without being changed, and other threads make files meanwhile.
unsigned current_umask() {
  constexpr unsigned kUsual = 0022;
  constexpr std::string_view kField = "\nUmask:\t";
  const auto status = read_file("/proc/self/status", std::size_t{64} << 10);
  if (!status) return kUsual;
  const auto at = status->find(kField);
  if (at == std::string::npos) return kUsual;
  return static_cast<unsigned>(std::strtoul(status->c_str() + at + kField.size(), nullptr, 8));
}

Result<void> set_mode(int fd, unsigned mode, const std::filesystem::path& path) {
  if (::fchmod(fd, static_cast<mode_t>(mode & ~current_umask())) == 0) return {};
  const int number = errno;
  // vfat and CIFS have the modes that they were mounted with, and say so in this way.
  struct stat status{};
  if ((number == EPERM || number == ENOTSUP) && ::fstat(fd, &status) == 0 &&
      (status.st_mode & S_IRUSR) != 0) {
    return {};
  }
  return errno_error(number, "set the mode of", path);
}

// Not held: remove_abandoned_files came between, and has removed it or is about to.
bool is_held(const Directory& directory, const std::string& name, int fd) {
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return directory.names(name, fd);
  // A file system without locks is one where nobody takes an abandoned file for free either.
  return errno != EWOULDBLOCK;
}

}  // namespace

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& directory) {
  return create(TRY(Directory::open(directory)));
}

Result<AtomicFile> AtomicFile::create(Directory directory) {
  int number = EEXIST;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::string name = TRY(temporary_file_name());
    Fd fd(::openat(directory.descriptor(), name.c_str(),
                   O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (fd && is_held(directory, name, fd.get())) {
      return AtomicFile(std::move(fd), std::move(directory), std::move(name));
    }
    if (!fd) number = errno;
    if (number != EEXIST) break;
  }
  return errno_error(number, "create a file in it", directory.path());
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : fd_(std::move(other.fd_)),
      directory_(std::move(other.directory_)),
      name_(std::exchange(other.name_, {})),
      size_(std::exchange(other.size_, 0)) {}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
  if (this != &other) {
    discard();
    fd_ = std::move(other.fd_);
    directory_ = std::move(other.directory_);
    name_ = std::exchange(other.name_, {});
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() noexcept {
  if (!name_.empty()) static_cast<void>(::unlinkat(directory_.descriptor(), name_.c_str(), 0));
  name_.clear();
  fd_.reset();
}

Result<void> AtomicFile::write(BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno_error(errno, "write", path());
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    size_ += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<void> AtomicFile::truncate() {
  if (::ftruncate(fd_.get(), 0) != 0 || ::lseek(fd_.get(), 0, SEEK_SET) != 0) {
    return errno_error(errno, "truncate", path());
  }
  size_ = 0;
  return {};
}

Result<void> AtomicFile::commit_in(const Directory& directory, const std::string& name,
                                   unsigned mode, bool replace) {
  const auto target = directory.path() / name;
  // Before the rename: a full disk may show only here, and then nothing has happened yet.
  TRY(set_mode(fd_.get(), mode, path()));
  if (::fsync(fd_.get()) != 0) return errno_error(errno, "sync", path());
  const int from = directory_.descriptor();
  const int to = directory.descriptor();
  if (replace) {
    if (::renameat(from, name_.c_str(), to, name.c_str()) != 0) {
      return errno_error(errno, "replace", target);
    }
  } else if (const int number = rename_unless_exists(from, name_.c_str(), to, name.c_str());
             number != 0) {
    if (number == EEXIST) {
      return Error(ErrorKind::exists, fmt::format("{}: already exists", target.native()));
    }
    return errno_error(number, "create", target);
  }
  name_.clear();
  fd_.reset();
  return directory.sync();
}

Result<void> AtomicFile::commit(const std::filesystem::path& target, unsigned mode, bool replace) {
  const auto parent = target.parent_path();
  const Directory directory = TRY(Directory::open(parent.empty() ? "." : parent));
  return commit_in(directory, target.filename().native(), mode, replace);
}

}  // namespace mpk
