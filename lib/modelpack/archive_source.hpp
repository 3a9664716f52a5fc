// ArchiveSource: files of a model as the one tar that a store reads, hashed on the way.
#pragma once

#include "archive/tar_writer.hpp"
#include "base/parallel.hpp"
#include "base/progress.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/file_hasher.hpp"
#include "oci/store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace mpk::modelpack {

/// The archive's bytes follow from paths, sizes, contents and `mtime` alone. Once the digest is
/// known, reading again only reads. Not thread-safe.
class ArchiveSource final : public oci::Source {
 public:
  /// `open` gives a member's contents, again after a seek; `stats` may be null. Errors as
  /// archive::TarWriter::create().
  static Result<std::unique_ptr<ArchiveSource>> create(std::vector<archive::TarMember> members,
                                                       Timestamp mtime,
                                                       archive::TarWriter::Open open,
                                                       CancelToken cancel, Stats* stats,
                                                       bool with_sha512 = false);

  std::optional<std::uint64_t> size() const override { return writer_.size(); }
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override;
  /// Back means from the start: an archive can only be made in its order.
  Result<void> seek(std::uint64_t offset) override;
  /// Reads what is left.
  Result<Digest> digest();
  /// After digest(), `with_sha512`.
  const std::optional<Digest>& sha512() const { return sha512_; }

 private:
  ArchiveSource(archive::TarWriter writer, CancelToken cancel, Stats* stats, bool with_sha512)
      : writer_(std::move(writer)),
        cancel_(std::move(cancel)),
        stats_(stats),
        with_sha512_(with_sha512) {}

  archive::TarWriter writer_;
  CancelToken cancel_;
  Stats* stats_;
  bool with_sha512_;
  crypto::FileHasher hasher_{with_sha512_};
  std::uint64_t offset_ = 0;
  std::optional<Digest> digest_, sha512_;
};

}  // namespace mpk::modelpack
