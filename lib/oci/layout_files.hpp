// The two files at the top of an image layout, oci-layout and index.json, and the lock between
// writers.
#pragma once

#include "base/file.hpp"
#include "base/parallel.hpp"
#include "base/result.hpp"
#include "json/value.hpp"

#include <filesystem>
#include <functional>

namespace mpk::oci::layout {

/// Proves that `directory` is a layout; with `create`, a missing or empty directory becomes one.
/// usage (there is no such directory, or a file is in the way), malformed, unsupported (another
/// layout version), io, cancelled.
Result<void> open_files(const std::filesystem::path& directory, bool create,
                        const CancelToken& cancel);

/// Thread-safe and safe for several processes.
class Files {
 public:
  explicit Files(std::filesystem::path directory, CancelToken cancel = {})
      : directory_(std::move(directory)), cancel_(std::move(cancel)) {}
  const std::filesystem::path& directory() const { return directory_; }

  Result<Json> read_index() const;
  /// Held by whoever adds blobs, until index.json leads to them: so long nothing is pruned. Any
  /// number at once.
  Result<FileLock> lock_for_adding() const;
  /// Held while blobs are removed. timeout: somebody is adding some.
  Result<FileLock> lock_for_pruning() const;
  /// Reads, changes and replaces index.json under the lock; an error of `change` leaves it as it
  /// was, and so does an interruption before it is written. `after` runs under the lock when the
  /// new index is on the disk.
  Result<void> update_index(const std::function<Result<void>(Json&)>& change,
                            const std::function<Result<void>()>& after = {}) const;

 private:
  std::filesystem::path directory_;
  CancelToken cancel_;
};

}  // namespace mpk::oci::layout
