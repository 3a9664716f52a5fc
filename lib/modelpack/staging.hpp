// StagingDirectory: where an archive's files wait until their layer is proven.
#pragma once

#include "base/bytes.hpp"
#include "base/directory.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"

#include <atomic>
#include <memory>
#include <string>

namespace mpk::modelpack {

/// A new file in a StagingDirectory. Not thread-safe.
class StagedFile {
 public:
  StagedFile(Fd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}
  Result<void> write(BytesView bytes);
  const std::string& name() const { return name_; }

 private:
  Fd fd_;
  std::string name_;
};

/// A folder that only this user may enter (".mpk-tmp-", six letters or digits, ".unpack"), removed
/// with what is left in it. It is locked while it is used: one that is not was left by somebody who
/// was killed. Thread-safe.
class StagingDirectory {
 public:
  static Result<StagingDirectory> create(const Directory& parent);
  StagingDirectory(StagingDirectory&&) noexcept = default;
  StagingDirectory& operator=(StagingDirectory&&) = delete;
  StagingDirectory(const StagingDirectory&) = delete;
  StagingDirectory& operator=(const StagingDirectory&) = delete;
  ~StagingDirectory();

  /// `mode` less the umask.
  Result<StagedFile> create_file(unsigned mode) const;
  /// A file of it that is of no use any more. What can't be removed goes with the folder.
  void remove_file(const std::string& name) const;
  /// What was written survives a power failure from here on. io: a disk that filled up meanwhile.
  Result<void> sync() const;
  const Directory& directory() const { return directory_; }

  /// Removes those in `parent` that nobody uses any more. What can't be removed stays.
  static void remove_abandoned(const Directory& parent);

 private:
  StagingDirectory(Directory parent, Directory directory, std::string name, Fd lock)
      : parent_(std::move(parent)),
        directory_(std::move(directory)),
        name_(std::move(name)),
        lock_(std::move(lock)),
        next_(std::make_unique<std::atomic<unsigned>>(0)) {}

  Directory parent_, directory_;
  std::string name_;
  Fd lock_;  // empty once moved from
  std::unique_ptr<std::atomic<unsigned>> next_;
};

}  // namespace mpk::modelpack
