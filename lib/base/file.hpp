// Files: read with a cap, write atomically, temporary directories, locks.
#pragma once

#include "base/bytes.hpp"
#include "base/directory.hpp"
#include "base/fd.hpp"
#include "base/parallel.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

namespace mpk {

/// The whole file, a pipe (`<(…)`) included. not_found, io, too_large (over `cap` bytes).
Result<std::string> read_file(const std::filesystem::path& path, std::size_t cap);

/// Temporary file beside the target, fsync, rename, fsync of the directory: the target has either
/// its old or its new contents at every moment. `mode` as for open(2), less the umask. io on a full
/// disk, with the temporary file removed.
Result<void> write_file_atomic(const std::filesystem::path& path, std::string_view contents,
                               unsigned mode = 0644);

class FileReader;

/// A file that gets its name only when it is complete. Not thread-safe.
class AtomicFile {
 public:
  /// Creates a file (".mpk-tmp-" and six letters or digits) in `directory`, which must exist. It is
  /// locked (flock) while it is written: one that is not was left by somebody who was killed.
  static Result<AtomicFile> create(Directory directory);
  static Result<AtomicFile> create(const std::filesystem::path& directory);
  AtomicFile(AtomicFile&&) noexcept;
  AtomicFile& operator=(AtomicFile&&) noexcept;
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  /// Removes the file unless it was committed.
  ~AtomicFile();

  Result<void> write(BytesView bytes);
  /// Becomes a copy that shares the blocks of `from` until one of both is written to (FICLONE).
  /// False, and nothing has happened: these file systems can't, or `from` is not settled.
  Result<bool> clone(const FileReader& from);
  std::uint64_t size() const { return size_; }
  int descriptor() const { return fd_.get(); }
  /// Its name until commit.
  const std::string& temporary_name() const { return name_; }
  /// Starts over at size 0.
  Result<void> truncate();
  /// fsync, chmod (`mode` less the umask; a file system without modes keeps its own), rename to
  /// `name` in `directory` (same file system) and fsync of that. With `replace` false an existing
  /// target is kept and the error is exists.
  Result<void> commit_in(const Directory& directory, const std::string& name, unsigned mode,
                         bool replace = true);
  /// The same, with the directory of `target`.
  Result<void> commit(const std::filesystem::path& target, unsigned mode, bool replace = true);

 private:
  AtomicFile(Fd fd, Directory directory, std::string name)
      : fd_(std::move(fd)), directory_(std::move(directory)), name_(std::move(name)) {}
  void discard() noexcept;
  std::filesystem::path path() const { return directory_.path() / name_; }
  Fd fd_;
  Directory directory_;
  std::string name_;  // empty once committed or moved from
  std::uint64_t size_ = 0;
};

/// Removes what killed writers left in `directory`: regular files of this user that are named as
/// AtomicFile and PartFile name them and that nobody has locked, but for the part files of
/// `part_keys`. What can't be removed stays.
void remove_abandoned_files(const Directory& directory,
                            const std::set<std::string>& part_keys = {});

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

/// An advisory lock between processes (flock on `path`, created when missing), for one holder or,
/// shared, for any number. Waits for at most `timeout_seconds`, then timeout; cancelled as soon as
/// `cancel` is set; malformed: `path` is a symlink.
class FileLock {
 public:
  static Result<FileLock> acquire(const std::filesystem::path& path, unsigned timeout_seconds,
                                  const CancelToken& cancel = {});
  static Result<FileLock> acquire_shared(const std::filesystem::path& path,
                                         unsigned timeout_seconds, const CancelToken& cancel = {});

 private:
  static Result<FileLock> take(int mode, const std::filesystem::path& path,
                               unsigned timeout_seconds, const CancelToken& cancel);
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
  /// Follows no link. io, not_found; mismatch: a symlink, or not a regular file.
  static Result<FileReader> open_in(const Directory& directory, const std::string& name);
  const FileStamp& stamp() const { return stamp_; }
  const std::filesystem::path& path() const { return path_; }  // as it was given
  int descriptor() const { return fd_.get(); }
  /// Whether its last change is so long ago that the next one will show in its stamp: the clocks of
  /// file systems tick every few milliseconds, FAT's every two seconds.
  bool settled(unsigned seconds = 3) const;
  std::uint64_t size() const { return stamp_.size; }
  /// Up to buffer.size() bytes; 0 at the end.
  Result<std::size_t> read(std::span<std::uint8_t> buffer);
  Result<void> seek(std::uint64_t offset);
  /// mismatch when the file's stamp is no longer what it was at open.
  Result<void> check_unchanged() const;

 private:
  FileReader(Fd fd, std::filesystem::path path, FileStamp stamp)
      : fd_(std::move(fd)), path_(std::move(path)), stamp_(stamp) {}
  static Result<FileReader> of(Fd fd, const std::filesystem::path& path);
  Fd fd_;
  std::filesystem::path path_;
  FileStamp stamp_;
};

/// "disk full", "permission denied", … for errno after a failed call on `path`; kind io.
/// `action` is a verb: "PATH: cannot ACTION: disk full".
Error errno_error(int number, std::string_view action, const std::filesystem::path& path);

}  // namespace mpk
