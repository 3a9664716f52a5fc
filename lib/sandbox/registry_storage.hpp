// The registry's bytes: blobs as files, uploads hashed while they are written.
#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"
#include "crypto/hash.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace mpk::sandbox {

/// A blob under way: a temporary file, removed unless Storage::keep() took it. Its user holds
/// `mutex`.
class Upload {
 public:
  Upload(std::filesystem::path path, Fd fd, std::string repository, DigestAlgorithm algorithm);
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;
  ~Upload();

  const std::string& repository() const { return repository_; }
  std::uint64_t size() const { return size_; }
  /// Nothing is lost if the client breaks off in between.
  Result<void> append(BytesView bytes);
  /// Of an empty upload: the algorithm to hash with.
  void set_algorithm(DigestAlgorithm algorithm);
  /// The digest of all that was appended; ends the upload.
  Result<Digest> finish(DigestAlgorithm algorithm);

  std::mutex mutex;

 private:
  friend class Storage;
  Result<void> flush();
  std::filesystem::path path_;
  Fd fd_;
  std::string repository_;
  DigestAlgorithm algorithm_;
  crypto::Hasher hasher_;
  Bytes pending_;
  std::uint64_t size_ = 0;
};

struct OpenBlob {
  std::shared_ptr<Fd> fd;
  std::uint64_t size = 0;
};

/// Thread-safe: blobs appear and change by rename only.
class Storage {
 public:
  /// Makes `directory`; what can't be made is found out at the first upload.
  explicit Storage(std::filesystem::path directory);

  Result<std::shared_ptr<Upload>> start(const std::string& id, const std::string& repository,
                                        DigestAlgorithm algorithm) const;
  /// Makes it the blob `digest`, which finish() returned.
  Result<void> keep(Upload& upload, const Digest& digest) const;
  Result<OpenBlob> open(const Digest& digest) const;
  void remove(const Digest& digest) const;
  /// False when there is no such blob.
  bool change(const Digest& digest, const std::function<void(std::string&)>& change) const;

 private:
  std::filesystem::path blob_path(const Digest& digest) const;
  std::filesystem::path directory_;
};

/// pread(2) of [offset, offset + length) in pieces until `write` returns false. False: not all.
bool stream_file(const Fd& fd, std::uint64_t offset, std::uint64_t length,
                 const std::function<bool(std::span<std::uint8_t>, std::uint64_t offset)>& write);

}  // namespace mpk::sandbox
