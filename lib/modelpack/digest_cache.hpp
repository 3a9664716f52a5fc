// DigestCache: digests of files that have not changed since they were read.
#pragma once

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>

namespace mpk::modelpack {

/// A file is known by device, inode, size, mtime and ctime: ctime, which nobody can set, changes
/// with every write(2), and with the first write through a shared mapping to a page that is clean.
/// A page that is dirty already takes more such writes without a trace, so files are written back
/// first (expose_writes). What changed within the resolution of the clock is not entered.
/// Limit: tmpfs has no write-back; a program that writes into a file through a memory mapping it
/// had before leaves no trace there. Thread-safe; several processes may save to one file.
class DigestCache {
 public:
  static constexpr std::size_t kEntries = 2 * limits::kModelFiles;

  /// Reads `path`. What is not there, is not this user's own, can be written by others, or is
  /// malformed, is an empty cache.
  static DigestCache load(std::filesystem::path path);

  std::optional<Digest> find(const FileStamp& stamp) const;
  /// To be called before the bytes are read whose digest is put: from here on writes show in the
  /// stamp. False: they may not (network and FUSE file systems keep stamps of their own, or the
  /// write-back failed), and nothing must be put. Costs nothing for a file that has no dirty pages.
  static bool expose_writes(const FileReader& file);
  /// Ignored unless `file` is settled. `digest` must be that of the bytes that it had at its stamp,
  /// read after expose_writes().
  void put(const FileReader& file, const Digest& digest);
  /// Adds what is new to what is in the file by now; the entries that were found or put last stay
  /// when there are more than kEntries. Nothing new: nothing is written. io, timeout.
  Result<void> save();

  DigestCache(DigestCache&& other) noexcept;
  DigestCache& operator=(DigestCache&&) = delete;
  ~DigestCache() = default;

 private:
  explicit DigestCache(std::filesystem::path path) : path_(std::move(path)) {}

  struct Less {
    bool operator()(const FileStamp& a, const FileStamp& b) const;
  };
  struct Entry {
    Digest digest;
    std::uint64_t used = 0;  // a larger number is later
  };
  using Entries = std::map<FileStamp, Entry, Less>;
  static Entries parse(std::string_view text);

  std::filesystem::path path_;
  mutable std::mutex mutex_;
  mutable Entries entries_;
  mutable std::uint64_t used_ = 0;
  bool changed_ = false;
};

}  // namespace mpk::modelpack
