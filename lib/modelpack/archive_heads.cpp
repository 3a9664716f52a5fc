// read_archive_heads: small archives as read_archive() reads them, of large ones most is skipped.
#include "modelpack/archive_heads.hpp"

#include "archive/tar_reader.hpp"
#include "base/text.hpp"
#include "modelpack/archive_layer.hpp"
#include "modelpack/archive_paths.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

namespace mpk::modelpack {
namespace {

constexpr std::uint64_t kFirstPiece = 128U << 10;
constexpr std::uint64_t kLastPiece = 4U << 20;
// After a gap so small the next range may still grow: these are many small files.
constexpr std::uint64_t kSmallGap = 512U << 10;

/// A blob by ranges that grow; what nobody looks at is stepped over, whatever size it claims.
class SparseBlob {
 public:
  SparseBlob(oci::Store& store, const oci::Descriptor& blob, const CancelToken& cancel)
      : store_(store), blob_(blob), cancel_(cancel) {}

  Result<std::size_t> read(std::span<std::uint8_t> buffer) {
    TRY(cancel_.check());
    const auto left = std::min<std::uint64_t>(buffer.size(), blob_.size - position_);
    if (left == 0) return std::size_t{0};
    if (taken_ == piece_.size()) TRY(fetch());
    const auto count =
        std::min<std::size_t>(static_cast<std::size_t>(left), piece_.size() - taken_);
    std::memcpy(buffer.data(), piece_.data() + taken_, count);
    taken_ += count;
    position_ += count;
    return count;
  }

  std::uint64_t skip(std::uint64_t count) {
    count = std::min(count, blob_.size - position_);
    const auto known = std::min<std::uint64_t>(count, piece_.size() - taken_);
    taken_ += static_cast<std::size_t>(known);
    position_ += count;
    if (count - known > kSmallGap) next_size_ = kFirstPiece;
    return count;
  }
  bool exhausted() const { return exhausted_; }

 private:
  Result<void> fetch() {
    if (fetched_ >= kWholeArchive) {
      exhausted_ = true;
      return Error(ErrorKind::too_large,
                   "archive: its headers are not within " + human_size(kWholeArchive));
    }
    const auto count = std::min(next_size_, blob_.size - position_);
    next_size_ = std::min(next_size_ * 2, kLastPiece);
    piece_.clear();
    taken_ = 0;
    TRY(store_.fetch_range(blob_, position_, count, [&](BytesView bytes) -> Result<void> {
      piece_.append(as_text(bytes));
      return cancel_.check();
    }));
    fetched_ += count;
    if (piece_.size() == count) return {};
    return Error(ErrorKind::mismatch, "a range came with another length than was asked for");
  }

  oci::Store& store_;
  const oci::Descriptor& blob_;
  const CancelToken& cancel_;
  std::string piece_;
  std::size_t taken_ = 0;
  std::uint64_t position_ = 0, fetched_ = 0, next_size_ = kFirstPiece;
  bool exhausted_ = false;
};

using Wanted = std::function<bool(const std::string&)>;

/// Of a large archive: headers, and of the files that are wanted as much as their heads take.
class Walk {
 public:
  Walk(archive::TarReader& reader, const LayerFile& layer, const Wanted& wanted)
      : reader_(reader), layer_(layer), wanted_(wanted) {}

  Result<void> run(ArchiveHeads& out) {
    auto walked = entries(out);
    if (!walked && paths_.empty()) return walked;
    TRY(place(out));
    return walked;
  }

 private:
  Result<void> entries(ArchiveHeads& out) {
    while (const auto entry = TRY(reader_.next())) {
      if (entry->directory) continue;
      paths_.push_back(entry->path);
      if (wanted_(entry->path)) TRY(keep(TRY(glance(*entry)), out));
    }
    return {};
  }

  Result<model::FileHead> glance(const archive::TarEntry& entry) {
    model::HeadTap tap(entry.path, entry.size);
    std::uint64_t left = entry.size;
    while (!tap.satisfied() && left > 0) {
      const BytesView piece = TRY(reader_.read());
      tap.feed(piece);
      left -= piece.size();
    }
    return tap.finish();
  }

  Result<void> keep(model::FileHead head, ArchiveHeads& out) {
    kept_ += head.bytes.size();
    TRY(check_heads_in_archive(kept_));
    head_entries_.push_back(paths_.size() - 1);
    out.heads.push_back(model::condensed(std::move(head)));
    return {};
  }

  Result<void> place(ArchiveHeads& out) {
    const auto paths = TRY(archive_paths(layer_.path, paths_));
    for (std::size_t i = 0; i < out.heads.size(); ++i) out.heads[i].path = paths[head_entries_[i]];
    return {};
  }

  archive::TarReader& reader_;
  const LayerFile& layer_;
  const Wanted& wanted_;
  std::vector<std::string> paths_;  // of all files, in the archive's order
  std::vector<std::size_t> head_entries_;
  std::uint64_t kept_ = 0;
};

Result<ArchiveHeads> read_whole(oci::Store& store, const LayerFile& layer, const Wanted& wanted,
                                const CancelToken& cancel) {
  ArchiveOptions options{.head_wanted = wanted, .cancel = cancel};
  options.limits.bytes.bytes = kArchiveUnpacked;
  auto contents = TRY(read_archive(store, layer, options));
  ArchiveHeads out{.files = {}, .heads = {}, .whole = true, .all_heads = true};
  for (auto& each : contents.files) {
    if (each.head) out.heads.push_back(std::move(*each.head));
    out.files.push_back(std::move(each.file));
  }
  return out;
}

Result<ArchiveHeads> read_parts(oci::Store& store, const LayerFile& layer, const Wanted& wanted,
                                const CancelToken& cancel) {
  SparseBlob blob(store, layer.descriptor, cancel);
  archive::TarReader reader([&](std::span<std::uint8_t> buffer) { return blob.read(buffer); },
                            compression_of(layer.encoding), {},
                            [&](std::uint64_t count) { return blob.skip(count); });
  ArchiveHeads out;
  auto walked = Walk(reader, layer, wanted).run(out);
  if (!walked && !blob.exhausted()) return std::move(walked).error();
  out.all_heads = walked.has_value();
  for (auto& head : out.heads) head.proven = false;
  return out;
}

}  // namespace

Result<ArchiveHeads> read_archive_heads(oci::Store& store, const LayerFile& layer,
                                        const Wanted& wanted, const CancelToken& cancel) {
  auto out = layer.descriptor.size <= kWholeArchive ? read_whole(store, layer, wanted, cancel)
                                                    : read_parts(store, layer, wanted, cancel);
  return std::move(out).with("layer " + printable(layer.path, 200) + " (" +
                             layer.descriptor.digest.brief() + ")");
}

}  // namespace mpk::modelpack
