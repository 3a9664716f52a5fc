// AtomicFile: written under a temporary name, renamed when it is complete.
#include "base/file.hpp"
#include "base/new_file.hpp"

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace mpk {

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& directory) {
  return create(TRY(Directory::open(directory)));
}

Result<AtomicFile> AtomicFile::create(Directory directory) {
  NewFile made = TRY(create_new_file(directory));
  return AtomicFile(std::move(made.fd), std::move(directory), std::move(made.name));
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

Result<bool> AtomicFile::clone(const FileReader& from) {
  if (!from.settled()) return false;
  // What can go wrong here (another file system, none that can, a disk that fails) shows in the
  // copy as well, and better.
  if (::ioctl(fd_.get(), FICLONE, from.descriptor()) != 0) return false;
  struct stat status{};
  if (::fstat(fd_.get(), &status) != 0) return errno_error(errno, "stat", path());
  size_ = static_cast<std::uint64_t>(status.st_size);
  return true;
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
  TRY(give_name(fd_.get(), {.directory = directory_, .name = name_},
                {.directory = directory, .name = name}, mode, replace));
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
