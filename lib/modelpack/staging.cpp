// StagingDirectory: made, locked, filled and cleared away.
#include "modelpack/staging.hpp"

#include "base/file.hpp"
#include "base/temporary_name.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string_view>
#include <vector>

namespace mpk::modelpack {
namespace {

constexpr int kAttempts = 100;
constexpr std::string_view kEnding = ".unpack";

bool is_staging_name(std::string_view name) {
  return name.ends_with(kEnding) &&
         is_temporary_file_name(name.substr(0, name.size() - kEnding.size()));
}

Fd open_for_listing(const Directory& directory, const std::string& name) {
  return Fd(::openat(directory.descriptor(), name.c_str(),
                     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

std::vector<std::string> names_in(const Directory& directory) {
  std::vector<std::string> names;
  Fd fd = open_for_listing(directory, ".");
  if (!fd) return names;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd.get()), &::closedir);
  if (stream == nullptr) return names;
  fd.release();
  // NOLINTNEXTLINE(concurrency-mt-unsafe): a stream of its own
  while (const dirent* entry = ::readdir(stream.get())) names.emplace_back(entry->d_name);
  return names;
}

// Files only: nothing else is ever made in one, and a folder that somebody put there stays.
void clear(const Directory& parent, const Directory& directory, const std::string& name) {
  for (const auto& file : names_in(directory)) {
    if (file != "." && file != "..")
      static_cast<void>(::unlinkat(directory.descriptor(), file.c_str(), 0));
  }
  static_cast<void>(::unlinkat(parent.descriptor(), name.c_str(), AT_REMOVEDIR));
}

}  // namespace

Result<void> StagedFile::write(BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno_error(errno, "write", name_);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<StagingDirectory> StagingDirectory::create(const Directory& parent) {
  int number = EEXIST;
  for (int attempt = 0; attempt < kAttempts && number == EEXIST; ++attempt) {
    std::string name = TRY(temporary_file_name()).append(kEnding);
    if (::mkdirat(parent.descriptor(), name.c_str(), 0700) != 0) {
      number = errno;
      continue;
    }
    Fd lock = open_for_listing(parent, name);
    auto directory = TRY(parent.find(name));
    // A file system without locks is one where nobody takes it for abandoned either.
    const bool held = lock && (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK);
    if (held && directory && parent.names(name, lock.get()))
      return StagingDirectory(parent, *std::move(directory), std::move(name), std::move(lock));
    number = EEXIST;
  }
  return errno_error(number, "create a folder in it", parent.path());
}

StagingDirectory::~StagingDirectory() {
  if (lock_) clear(parent_, directory_, name_);
}

Result<StagedFile> StagingDirectory::create_file(unsigned mode) const {
  std::string name = std::to_string((*next_)++);
  Fd fd(::openat(directory_.descriptor(), name.c_str(),
                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!fd) return errno_error(errno, "create a file in it", directory_.path());
  return StagedFile(std::move(fd), std::move(name));
}

void StagingDirectory::remove_file(const std::string& name) const {
  static_cast<void>(::unlinkat(directory_.descriptor(), name.c_str(), 0));
}

// Once for thousands of files, each of which fsync would wait for by itself.
Result<void> StagingDirectory::sync() const {
  if (::syncfs(lock_.get()) != 0) return errno_error(errno, "sync", directory_.path());
  return {};
}

void StagingDirectory::remove_abandoned(const Directory& parent) {
  for (const auto& name : names_in(parent)) {
    if (!is_staging_name(name)) continue;
    const Fd lock = open_for_listing(parent, name);
    struct stat status{};
    if (!lock || ::fstat(lock.get(), &status) != 0 || status.st_uid != ::geteuid()) continue;
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) continue;
    const auto directory = parent.find(name);
    if (directory && *directory && parent.names(name, lock.get())) clear(parent, **directory, name);
  }
}

}  // namespace mpk::modelpack
