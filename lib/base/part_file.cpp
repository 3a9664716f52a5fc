// PartFile: found again by its name, trusted for what its record says and no more.
#include "base/part_file.hpp"

#include "base/file.hpp"
#include "base/new_file.hpp"
#include "base/part_record.hpp"
#include "base/temporary_name.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

namespace mpk {
namespace {

constexpr int kAttempts = 4;

bool may_be_adopted(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == ::geteuid() &&
         status.st_nlink == 1 && (status.st_mode & 07777U) == 0600;
}

// False: it can't be, or may not be, removed.
bool remove_own(const Directory& directory, const std::string& name) {
  struct stat status{};
  if (::fstatat(directory.descriptor(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno == ENOENT;
  }
  return status.st_uid == ::geteuid() && !S_ISDIR(status.st_mode) &&
         ::unlinkat(directory.descriptor(), name.c_str(), 0) == 0;
}

// nullopt: somebody else has it, or there are no locks here.
std::optional<Fd> open_part(const Directory& directory, const std::string& name) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Fd fd(::openat(directory.descriptor(), name.c_str(),
                   O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600));
    if (fd && may_be_adopted(fd.get())) {
      if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return std::nullopt;
      // Between the opening and the lock whoever had it may have given it another name.
      if (directory.names(name, fd.get()) && may_be_adopted(fd.get())) return fd;
      continue;
    }
    if (!remove_own(directory, name)) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Result<PartFile> PartFile::open(Directory directory, std::string_view key, std::uint64_t size) {
  std::string name = TRY(part_file_name(key));
  if (auto found = open_part(directory, name)) {
    PartFile part(*std::move(found), std::move(directory), std::move(name), true, size);
    part.adopt();
    if (part.extents_.empty()) TRY(part.restart());
    return part;
  }
  NewFile made = TRY(create_new_file(directory));
  return PartFile(std::move(made.fd), std::move(directory), std::move(made.name), false, size);
}

PartFile::PartFile(PartFile&& other) noexcept
    : fd_(std::move(other.fd_)),
      directory_(std::move(other.directory_)),
      name_(std::exchange(other.name_, {})),
      lasting_(std::exchange(other.lasting_, false)),
      size_(other.size_),
      extents_(std::exchange(other.extents_, {})) {}

PartFile& PartFile::operator=(PartFile&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::move(other.fd_);
    directory_ = std::move(other.directory_);
    name_ = std::exchange(other.name_, {});
    lasting_ = std::exchange(other.lasting_, false);
    size_ = other.size_;
    extents_ = std::exchange(other.extents_, {});
  }
  return *this;
}

PartFile::~PartFile() { close(); }

void PartFile::close() noexcept {
  if (keeps()) {
    name_.clear();
    fd_.reset();
  } else {
    discard();
  }
}

void PartFile::discard() noexcept {
  if (!name_.empty()) static_cast<void>(::unlinkat(directory_.descriptor(), name_.c_str(), 0));
  name_.clear();
  fd_.reset();
  extents_.clear();
}

void PartFile::adopt() {
  struct stat status{};
  if (::fstat(fd_.get(), &status) != 0) return;
  const auto found = static_cast<std::uint64_t>(status.st_size);
  if (found == size_ && size_ != 0) {
    // Killed between the removal of the record and the rename: everything is there.
    extents_ = {{.offset = 0, .size = size_}};
    return;
  }
  Bytes record(kPartRecordBytes);
  if (found != part_record_offset(size_) + record.size()) return;
  if (!read(part_record_offset(size_), record)) return;
  extents_ = parse_part_record(record, size_).value_or(std::vector<Extent>());
}

std::uint64_t PartFile::noted_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& extent : extents_) sum += extent.size;
  return sum;
}

Result<void> PartFile::write(std::uint64_t offset, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno_error(errno, "write", path());
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<void> PartFile::read(std::uint64_t offset, std::span<std::uint8_t> buffer) const {
  while (!buffer.empty()) {
    const ssize_t count =
        ::pread(fd_.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno_error(errno, "read", path());
    if (count == 0) {
      return Error(ErrorKind::mismatch, fmt::format("{}: shorter than it was", path().native()));
    }
    buffer = buffer.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

Result<void> PartFile::note(std::vector<Extent> extents) {
  if (extents.size() > kMaxExtents) extents.resize(kMaxExtents);
  if (lasting_) TRY(write(part_record_offset(size_), part_record(size_, extents)));
  extents_ = std::move(extents);
  return {};
}

Result<void> PartFile::restart() {
  extents_.clear();
  if (::ftruncate(fd_.get(), 0) != 0) return errno_error(errno, "truncate", path());
  // Before any content: a file of `size` bytes without a record counts as whole.
  return note({});
}

Result<void> PartFile::commit_in(const Directory& directory, const std::string& name, unsigned mode,
                                 bool replace) {
  if (::ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0) {
    return errno_error(errno, "truncate", path());
  }
  // A long wait, and only a file of mode 0600 is gone on with: so before the mode changes.
  if (::fsync(fd_.get()) != 0) return errno_error(errno, "sync", path());
  TRY(give_name(fd_.get(), {.directory = directory_, .name = name_},
                {.directory = directory, .name = name}, mode, replace));
  name_.clear();
  fd_.reset();
  extents_.clear();
  return directory.sync();
}

}  // namespace mpk
