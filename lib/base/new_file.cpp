// How a new file comes to be, and how it gets its name when it is complete.
#include "base/new_file.hpp"

#include "base/file.hpp"
#include "base/rename.hpp"
#include "base/temporary_name.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <utility>

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

Result<NewFile> create_new_file(const Directory& directory) {
  int number = EEXIST;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::string name = TRY(temporary_file_name());
    Fd fd(::openat(directory.descriptor(), name.c_str(),
                   O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (fd && is_held(directory, name, fd.get())) {
      return NewFile{.fd = std::move(fd), .name = std::move(name)};
    }
    if (!fd) number = errno;
    if (number != EEXIST) break;
  }
  return errno_error(number, "create a file in it", directory.path());
}

Result<void> give_name(int fd, const Place& from, const Place& to, unsigned mode, bool replace) {
  // Before the rename: a full disk may show only here, and then nothing has happened yet.
  TRY(set_mode(fd, mode, from.path()));
  if (::fsync(fd) != 0) return errno_error(errno, "sync", from.path());
  const int source = from.directory.descriptor();
  const int target = to.directory.descriptor();
  if (replace) {
    if (::renameat(source, from.name.c_str(), target, to.name.c_str()) != 0) {
      return errno_error(errno, "replace", to.path());
    }
    return {};
  }
  const int number = rename_unless_exists(source, from.name.c_str(), target, to.name.c_str());
  if (number == EEXIST) {
    return Error(ErrorKind::exists, fmt::format("{}: already exists", to.path().native()));
  }
  if (number != 0) return errno_error(number, "create", to.path());
  return {};
}

}  // namespace mpk
