// ArchiveSource: whole buffers from the writer's small pieces.
#include "modelpack/archive_source.hpp"

#include "base/bytes.hpp"

#include <algorithm>
#include <utility>

namespace mpk::modelpack {

namespace {
constexpr std::size_t kPiece = 256U << 10;
}  // namespace

Result<std::unique_ptr<ArchiveSource>> ArchiveSource::create(
    std::vector<archive::TarMember> members, Timestamp mtime, archive::TarWriter::Open open,
    CancelToken cancel, Stats* stats, bool with_sha512) {
  auto writer = TRY(archive::TarWriter::create(std::move(members), mtime, std::move(open)));
  return std::unique_ptr<ArchiveSource>(
      new ArchiveSource(std::move(writer), std::move(cancel), stats, with_sha512));
}

Result<std::size_t> ArchiveSource::read(std::span<std::uint8_t> buffer) {
  TRY(cancel_.check());
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const auto count = TRY(writer_.read(buffer.subspan(filled)));
    if (count == 0) break;
    filled += count;
  }
  offset_ += filled;
  if (digest_) return filled;
  hasher_.update({buffer.data(), filled});
  if (stats_ != nullptr) stats_->bytes_hashed += filled;
  if (offset_ < writer_.size()) return filled;
  auto digests = hasher_.finish();
  digest_ = std::move(digests.sha256);
  sha512_ = std::move(digests.sha512);
  return filled;
}

Result<void> ArchiveSource::seek(std::uint64_t offset) {
  if (offset > writer_.size()) {
    return Error(ErrorKind::unsupported, "the archive has no byte " + std::to_string(offset) +
                                             ", only " + std::to_string(writer_.size()));
  }
  if (offset < offset_) {
    writer_.rewind();
    offset_ = 0;
    hasher_ = crypto::FileHasher(with_sha512_);
  }
  Bytes gap;
  while (offset_ < offset) {
    gap.resize(static_cast<std::size_t>(std::min<std::uint64_t>(offset - offset_, kPiece)));
    TRY(read(gap));
  }
  return {};
}

Result<Digest> ArchiveSource::digest() {
  Bytes buffer(kPiece);
  while (!digest_) TRY(read(buffer));
  return *digest_;
}

}  // namespace mpk::modelpack
