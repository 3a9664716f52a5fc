// Directory: handles on folders, each reached from the one above it.
#include "base/directory.hpp"

#include "base/file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace mpk {
namespace {

Error in_the_way(const Directory& directory, const std::string& name) {
  struct stat status{};
  const bool link =
      ::fstatat(directory.descriptor(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
      S_ISLNK(status.st_mode);
  return {ErrorKind::mismatch,
          fmt::format("{}: in the way: expected a directory, found a {}",
                      (directory.path() / name).native(), link ? "symlink" : "file"),
          "nothing is written through it; remove it or choose another directory"};
}

}  // namespace

Result<Directory> Directory::open(const std::filesystem::path& path) {
  Fd fd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return errno_error(errno, "open", path);
  return Directory(std::move(fd), path);
}

Result<std::optional<Directory>> Directory::find(const std::string& name) const {
  Fd fd(::openat(descriptor(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (fd) return std::optional(Directory(std::move(fd), path_ / name));
  const int number = errno;
  if (number == ENOENT) return std::optional<Directory>();
  if (number == ENOTDIR || number == ELOOP) return in_the_way(*this, name);
  return errno_error(number, "open", path_ / name);
}

Result<Directory> Directory::make(const std::string& name) const {
  if (::mkdirat(descriptor(), name.c_str(), 0755) != 0 && errno != EEXIST) {
    return errno_error(errno, "create", path_ / name);
  }
  auto made = TRY(find(name));
  if (!made) return errno_error(ENOENT, "open", path_ / name);
  return *std::move(made);
}

bool Directory::names(const std::string& name, int descriptor) const {
  struct stat open_file{};
  struct stat named{};
  return ::fstat(descriptor, &open_file) == 0 &&
         ::fstatat(this->descriptor(), name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino;
}

Result<void> Directory::sync() const {
  const Fd fd(::openat(descriptor(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // One may be allowed to write into a directory, but not to read (and so not to open) it.
  if (!fd && errno == EACCES) return {};
  if (!fd) return errno_error(errno, "open", path_);
  // Some network and user-space file systems have no fsync for directories.
  if (::fsync(fd.get()) != 0 && errno != EINVAL && errno != ENOTSUP) {
    return errno_error(errno, "sync", path_);
  }
  return {};
}

Result<void> make_directories(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return {};
  if (error == std::errc::not_a_directory || error == std::errc::file_exists) {
    return Error(ErrorKind::usage,
                 fmt::format("{}: not a directory, or below a file", path.native()),
                 "name a directory, or a new one in a directory");
  }
  return errno_error(error.value(), "create", path);
}

}  // namespace mpk
