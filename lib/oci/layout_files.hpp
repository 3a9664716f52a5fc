// The two files at the top of an image layout, oci-layout and index.json, and the lock between
// writers.
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"

#include <filesystem>
#include <functional>

namespace mpk::oci::layout {

/// Proves that `directory` is a layout; with `create`, a missing or empty directory becomes one.
/// not_found, malformed, unsupported (another layout version), io.
Result<void> open_files(const std::filesystem::path& directory, bool create);

/// Thread-safe and safe for several processes.
class Files {
 public:
  explicit Files(std::filesystem::path directory) : directory_(std::move(directory)) {}
  const std::filesystem::path& directory() const { return directory_; }

  Result<Json> read_index() const;
  /// Reads, changes and replaces index.json under the lock; an error of `change` leaves it as it
  /// was. `after` runs under the lock when the new index is on the disk.
  Result<void> update_index(const std::function<Result<void>(Json&)>& change,
                            const std::function<Result<void>()>& after = {}) const;

 private:
  std::filesystem::path directory_;
};

}  // namespace mpk::oci::layout
