// Files: read with a cap, write atomically, temporary directories, locks.
#pragma once

#include "base/bytes.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace mpk {

/// The whole file, a pipe (`<(…)`) included. not_found, io, too_large (over `cap` bytes).
Result<std::string> read_file(const std::filesystem::path& path, std::size_t cap);

/// Temporary file beside the target, fsync, rename, fsync of the directory: the target has either
/// its old or its new contents at every moment. `mode` as for chmod. io on a full disk, with the
/// temporary file removed.
Result<void> write_file_atomic(const std::filesystem::path& path, std::string_view contents,
                               unsigned mode = 0644);

/// A file that gets its name only when it is complete. Not thread-safe.
class AtomicFile {
 public:
  /// Creates an unnamed-until-commit file (".mpk-tmp-…") in `directory`, which must exist.
  static Result<AtomicFile> create(const std::filesystem::path& directory);
  AtomicFile(AtomicFile&&) noexcept;
  AtomicFile& operator=(AtomicFile&&) noexcept;
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  /// Removes the file unless it was committed.
  ~AtomicFile();

  Result<void> write(BytesView bytes);
  std::uint64_t size() const { return size_; }
  int descriptor() const { return fd_.get(); }
  /// Starts over at size 0.
  Result<void> truncate();
  /// fsync, chmod, rename to `target` (same file system) and fsync of its directory.
  /// With `replace` false an existing target is kept and the error is exists.
  Result<void> commit(const std::filesystem::path& target, unsigned mode, bool replace = true);

 private:
  AtomicFile(Fd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}
  void discard() noexcept;
  Fd fd_;
  std::filesystem::path path_;  // empty once committed or moved from
  std::uint64_t size_ = 0;
};

/// A directory that is removed with everything in it.
class TempDir {
 public:
  static Result<TempDir> create(std::string_view prefix);
  TempDir(TempDir&&) noexcept;
  TempDir& operator=(TempDir&&) noexcept;
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TempDir(std::filesystem::path path) : path_(std::move(path)) {}
  void discard() noexcept;
  std::filesystem::path path_;
};

/// An advisory lock between processes (flock on `path`, created when missing). Waits for at most
/// `timeout_seconds`, then timeout.
class FileLock {
 public:
  static Result<FileLock> acquire(const std::filesystem::path& path, unsigned timeout_seconds);

 private:
  explicit FileLock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;  // closing it gives the lock back
};

/// What a file was when it was opened; two equal ones around a read mean that it did not change.
struct FileStamp {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t mtime_ns = 0, ctime_ns = 0;
  bool operator==(const FileStamp&) const = default;
};

/// One sequential read of a regular file, with the kernel told so. Not thread-safe.
class FileReader {
 public:
  /// O_NOFOLLOW is not used: the walk decided about links. io, not_found; unsupported: not a
  /// regular file.
  static Result<FileReader> open(const std::filesystem::path& path);
  const FileStamp& stamp() const { return stamp_; }
  std::uint64_t size() const { return stamp_.size; }
  /// Up to buffer.size() bytes; 0 at the end.
  Result<std::size_t> read(std::span<std::uint8_t> buffer);
  Result<void> seek(std::uint64_t offset);
  /// mismatch when the file's stamp is no longer what it was at open.
  Result<void> check_unchanged() const;

 private:
  FileReader(Fd fd, std::filesystem::path path, FileStamp stamp)
      : fd_(std::move(fd)), path_(std::move(path)), stamp_(stamp) {}
  Fd fd_;
  std::filesystem::path path_;
  FileStamp stamp_;
};

/// A relative '/'-separated path from outside, proven harmless: no absolute path, no empty, "." or
/// ".." component, no NUL or control character, valid UTF-8, at most limits::kPathBytes.
/// malformed otherwise. Legal: "a..b", "..foo".
Result<std::string> safe_relative_path(std::string_view path);

/// Opens/creates directories of `relative` below `root` (which must exist) one by one without
/// following symlinks (openat with O_NOFOLLOW) and returns the parent directory's real path for the
/// final component. Untrusted-looking ways (a symlink or a file where a directory must be) give
/// mismatch.
Result<std::filesystem::path> make_parents_beneath(const std::filesystem::path& root,
                                                   std::string_view relative);

/// "disk full", "permission denied", … for errno after a failed call on `path`; kind io.
/// `action` is a verb: "PATH: cannot ACTION: disk full".
Error errno_error(int number, std::string_view action, const std::filesystem::path& path);

}  // namespace mpk
