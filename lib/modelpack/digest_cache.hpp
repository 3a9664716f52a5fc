// DigestCache: digests of files that have not changed since they were read.
#pragma once

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>

namespace mpk::modelpack {

/// A file is known by device, inode, size, mtime and ctime (ctime, which nobody can set, changes
/// with every write). What changed within the resolution of the clock is not entered. Thread-safe;
/// several processes may save to one file.
class DigestCache {
 public:
  static constexpr std::size_t kEntries = 20'000;

  /// Reads `path`. What is not there, is not this user's own, can be written by others, or is
  /// malformed, is an empty cache.
  static DigestCache load(std::filesystem::path path);

  std::optional<Digest> find(const FileStamp& stamp) const;
  /// Ignored unless `file` is settled. `digest` must be that of the bytes that it had at its stamp.
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
