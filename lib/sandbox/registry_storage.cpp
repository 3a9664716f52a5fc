// Storage: plain files without fsync, since nothing here has to outlive the process.
#include "sandbox/registry_storage.hpp"

#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

namespace mpk::sandbox {
namespace {

// Small enough for the second-level cache: what was received is hashed and written while hot.
constexpr std::size_t kPiece = 128U << 10;

Result<void> write_all(const Fd& fd, BytesView bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const auto count = ::write(fd.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno_error(errno, "write", path);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

}  // namespace

Upload::Upload(std::filesystem::path path, Fd fd, std::string repository, DigestAlgorithm algorithm)
    : path_(std::move(path)),
      fd_(std::move(fd)),
      repository_(std::move(repository)),
      algorithm_(algorithm),
      hasher_(algorithm) {
  pending_.reserve(kPiece);
}

Upload::~Upload() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove(path_, ignored);
}

Result<void> Upload::append(BytesView bytes) {
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(bytes.size(), kPiece - pending_.size()));
    pending_.insert(pending_.end(), part.begin(), part.end());
    size_ += part.size();
    bytes = bytes.subspan(part.size());
    if (pending_.size() == kPiece) TRY(flush());
  }
  return {};
}

Result<void> Upload::flush() {
  hasher_.update(pending_);
  TRY(write_all(fd_, pending_, path_));
  pending_.clear();
  return {};
}

void Upload::set_algorithm(DigestAlgorithm algorithm) {
  algorithm_ = algorithm;
  hasher_ = crypto::Hasher(algorithm);
}

Result<Digest> Upload::finish(DigestAlgorithm algorithm) {
  TRY(flush());
  if (algorithm == algorithm_) return hasher_.finish();
  // Only the closing request names the algorithm: read again what was hashed with another one.
  crypto::Hasher other(algorithm);
  const bool complete = stream_file(fd_, 0, size_, [&other](auto bytes, std::uint64_t) {
    other.update(bytes);
    return true;
  });
  if (!complete) return Error(ErrorKind::io, path_.string() + ": cannot be read again");
  return other.finish();
}

Storage::Storage(std::filesystem::path directory) : directory_(std::move(directory)) {
  std::error_code ignored;
  for (const auto* name : {"uploads", "blobs/sha256", "blobs/sha384", "blobs/sha512"}) {
    std::filesystem::create_directories(directory_ / name, ignored);
  }
  // Left over from a process that was killed.
  for (std::filesystem::directory_iterator file(directory_ / "uploads", ignored), end;
       !ignored && file != end; file.increment(ignored)) {
    std::error_code kept;
    std::filesystem::remove(file->path(), kept);
  }
}

std::filesystem::path Storage::blob_path(const Digest& digest) const {
  return directory_ / "blobs" / to_string(digest.algorithm()) / digest.hex();
}

Result<std::shared_ptr<Upload>> Storage::start(const std::string& id, const std::string& repository,
                                               DigestAlgorithm algorithm) const {
  auto path = directory_ / "uploads" / id;
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!fd) return errno_error(errno, "create", path);
  return std::make_shared<Upload>(std::move(path), std::move(fd), repository, algorithm);
}

Result<void> Storage::keep(Upload& upload, const Digest& digest) const {
  const auto target = blob_path(digest);
  if (::rename(upload.path_.c_str(), target.c_str()) != 0) {
    return errno_error(errno, "rename", upload.path_);
  }
  upload.path_.clear();
  return {};
}

Result<OpenBlob> Storage::open(const Digest& digest) const {
  const auto path = blob_path(digest);
  auto fd = std::make_shared<Fd>(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!*fd) return errno_error(errno, "open", path);
  struct stat status{};
  if (::fstat(fd->get(), &status) != 0) return errno_error(errno, "stat", path);
  return OpenBlob{std::move(fd), static_cast<std::uint64_t>(status.st_size)};
}

void Storage::remove(const Digest& digest) const {
  std::error_code ignored;
  std::filesystem::remove(blob_path(digest), ignored);
}

bool Storage::change(const Digest& digest, const std::function<void(std::string&)>& change) const {
  const auto path = blob_path(digest);
  auto bytes = read_file(path, std::numeric_limits<std::size_t>::max());
  if (!bytes) return false;
  change(*bytes);
  return write_file_atomic(path, *bytes).has_value();
}

bool stream_file(const Fd& fd, std::uint64_t offset, std::uint64_t length,
                 const std::function<bool(std::span<std::uint8_t>, std::uint64_t)>& write) {
  Bytes buffer(static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, length)));
  while (length > 0) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), length));
    const auto count = ::pread(fd.get(), buffer.data(), wanted, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    const auto size = static_cast<std::size_t>(count);
    if (!write(std::span(buffer).first(size), offset)) return false;
    offset += size;
    length -= size;
  }
  return true;
}

}  // namespace mpk::sandbox
