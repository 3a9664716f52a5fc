// UploadJournal: where uploads that broke off stood, so that the next run goes on there.
#pragma once

#include "base/file.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace mpk::oci {

/// A directory with one file for each (registry, repository, what is uploaded), mode 0600: to some
/// registries a session's URL is all that it takes to write into it. Nothing here is ever an error:
/// what can't be read, written or locked means that the upload begins anew. Thread-safe.
class UploadJournal {
 public:
  struct Entry {
    std::string session;       // the latest Location
    std::uint64_t offset = 0;  // confirmed
    std::uint64_t least = 0;   // OCI-Chunk-Min-Length
  };

  /// One upload, locked against other processes and threads until it is destroyed.
  class Claim {
   public:
    Claim(std::filesystem::path file, std::string subject, const Clock& clock, FileLock lock)
        : file_(std::move(file)),
          subject_(std::move(subject)),
          clock_(clock),
          lock_(std::move(lock)) {}
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;
    ~Claim();
    /// An entry that is younger than a day.
    std::optional<Entry> load() const;
    void save(const Entry& entry) const;
    void drop() const;

   private:
    std::filesystem::path file_;
    std::string subject_;
    const Clock& clock_;
    FileLock lock_;
  };

  /// `clock` must outlive the journal. Without one, or with an empty path, there is none.
  UploadJournal(std::filesystem::path directory, const Clock* clock)
      : directory_(std::move(directory)), clock_(clock) {}

  bool active() const { return clock_ != nullptr && !directory_.empty(); }
  /// `what`: the blob's digest, or its source's identity. Null: no journal, nothing to know it by,
  /// or somebody else is at it: a session of one's own is opened and not noted.
  std::unique_ptr<Claim> claim(const std::string& registry, const std::string& repository,
                               const std::string& what) const;

 private:
  void remove_old() const;

  std::filesystem::path directory_;
  const Clock* clock_;
};

}  // namespace mpk::oci
