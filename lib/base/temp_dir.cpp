// TempDir: a private directory that goes away with its owner.
#include "base/file.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace mpk {

Result<TempDir> TempDir::create(std::string_view prefix) {
  std::error_code failure;
  const std::filesystem::path base = std::filesystem::temp_directory_path(failure);
  if (failure) {
    return Error(ErrorKind::io, "the directory for temporary files does not exist",
                 "TMPDIR must name a directory, or be unset");
  }
  std::string name = (base / prefix).native() + "-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) {
    return errno_error(errno, "create a directory in it", base);
  }
  return TempDir(std::move(name));
}

TempDir::TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}

TempDir& TempDir::operator=(TempDir&& other) noexcept {
  if (this != &other) {
    discard();
    path_ = std::exchange(other.path_, {});
  }
  return *this;
}

TempDir::~TempDir() { discard(); }

void TempDir::discard() noexcept {
  if (path_.empty()) return;
  std::error_code ignored;  // nobody is left to hear of it
  // NOLINTNEXTLINE(bugprone-unsafe-functions): the one place, on a name that mkdtemp made
  std::filesystem::remove_all(path_, ignored);
  path_.clear();
}

}  // namespace mpk
