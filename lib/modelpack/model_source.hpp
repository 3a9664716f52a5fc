// ModelSource: a file of a model as a store reads it, hashed and kept the head of on the way.
#pragma once

#include "base/file.hpp"
#include "base/walk.hpp"
#include "crypto/file_hasher.hpp"
#include "model/head.hpp"
#include "modelpack/pack.hpp"

#include <memory>
#include <optional>

namespace mpk::modelpack {

/// The beginning of the file, as a HeadTap keeps it. The bytes are counted.
Result<model::FileHead> read_head(const WalkFile& file, const PackOptions& options);

/// The first time through it is hashed and its head is kept. Reading again (a retry), or reading
/// what the cache knows, only counts bytes: the digest must come out again at the host. A seek to
/// bytes that were never read reads those before them, for they belong to the digest. mismatch
/// when the file changes while it is read. Not thread-safe.
class ModelSource final : public oci::Source {
 public:
  /// Reads the head at once when `options.cache` has the digest.
  static Result<std::unique_ptr<ModelSource>> open(const WalkFile& file, const PackOptions& options,
                                                   CancelToken cancel);

  std::optional<std::uint64_t> size() const override { return reader_.size(); }
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override;
  Result<void> seek(std::uint64_t offset) override;
  /// The file's stamp.
  std::string identity() const override;
  const FileReader* file() const override { return &reader_; }

  /// Whether the cache knew the digest at the start; then only the head has been read.
  bool known() const { return known_; }
  /// Reads what is left, if the store stopped before the end.
  Result<Digest> digest();
  /// After digest(), if `options.sha512`.
  const std::optional<Digest>& sha512() const { return sha512_; }
  /// After digest().
  model::FileHead head() { return tap_.finish(); }
  void done(std::string_view outcome);

 private:
  ModelSource(const WalkFile& file, FileReader reader, const PackOptions& options,
              CancelToken cancel);
  void take(BytesView piece);
  Result<void> finish();

  const WalkFile& file_;
  FileReader reader_;
  Stats* stats_;
  DigestCache* cache_;
  CancelToken cancel_;
  crypto::FileHasher hasher_;
  model::HeadTap tap_;
  std::unique_ptr<ProgressTask> task_;
  std::uint64_t offset_ = 0, hashed_ = 0;
  std::optional<Digest> digest_, sha512_;
  bool known_ = false;
  bool enters_ = false;  // the digest goes into the cache
};

}  // namespace mpk::modelpack
