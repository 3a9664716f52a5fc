// ModelSource: bytes counted, hashed and tapped in the one pass.
#include "modelpack/model_source.hpp"

#include <algorithm>

namespace mpk::modelpack {

namespace {
// Two of them, a pair, fit into the second-level cache; smaller ones cost switches of threads.
constexpr std::size_t kChunk = 256U << 10;
constexpr std::size_t kHeadPiece = 64U << 10;

Result<void> feed(model::HeadTap& tap, FileReader& reader, Stats* stats) {
  Bytes buffer(static_cast<std::size_t>(std::min<std::uint64_t>(kHeadPiece, reader.size())));
  while (!tap.satisfied()) {
    const auto count = TRY(reader.read(buffer));
    if (count == 0) break;
    tap.feed(BytesView(buffer).first(count));
    if (stats != nullptr) stats->bytes_read += count;
  }
  return {};
}

}  // namespace

Result<model::FileHead> read_head(const WalkFile& file, const PackOptions& options) {
  auto reader = TRY(FileReader::open(file.absolute));
  model::HeadTap tap(file.path, reader.size());
  TRY(feed(tap, reader, options.stats));
  return tap.finish();
}

ModelSource::ModelSource(const WalkFile& file, FileReader reader, const PackOptions& options,
                         CancelToken cancel)
    : file_(file),
      reader_(std::move(reader)),
      stats_(options.stats),
      cache_(options.cache),
      cancel_(std::move(cancel)),
      hasher_(options.sha512),
      tap_(file.path, reader_.size()) {
  if (options.progress != nullptr) task_ = options.progress->start(file.path, reader_.size());
}

Result<std::unique_ptr<ModelSource>> ModelSource::open(const WalkFile& file,
                                                       const PackOptions& options,
                                                       CancelToken cancel) {
  auto reader = TRY(FileReader::open(file.absolute));
  const bool may_know = options.cache != nullptr && !options.sha512;
  const auto known = may_know ? options.cache->find(reader.stamp()) : std::nullopt;
  const bool fresh = options.cache != nullptr && !known && DigestCache::expose_writes(reader);
  // A file system may move the times when it writes back.
  if (fresh && !reader.check_unchanged()) reader = TRY(FileReader::open(file.absolute));
  std::unique_ptr<ModelSource> source(
      new ModelSource(file, std::move(reader), options, std::move(cancel)));
  source->enters_ = fresh;
  if (known) {
    TRY(feed(source->tap_, source->reader_, options.stats));
    TRY(source->reader_.seek(0));
    source->digest_ = *known;
    source->known_ = true;
  }
  return source;
}

Result<std::size_t> ModelSource::read(std::span<std::uint8_t> buffer) {
  TRY(cancel_.check());
  auto count = TRY(reader_.read(buffer));
  offset_ += count;
  if (offset_ > reader_.size()) {
    return Error(ErrorKind::mismatch, file_.path + " grew while it was read",
                 "run the command again when nobody writes to it");
  }
  if (stats_ != nullptr) stats_->bytes_read += count;
  if (task_) task_->advance(count);
  if (!digest_ && offset_ > hashed_) take({buffer.data(), count});
  if (count == 0 && !digest_) TRY(finish());
  return count;
}

Result<void> ModelSource::seek(std::uint64_t offset) {
  if (offset > reader_.size()) {
    return Error(ErrorKind::unsupported, file_.path + ": has no byte " + std::to_string(offset));
  }
  if (offset == offset_) return {};
  const auto known = digest_ ? offset : std::min(offset, hashed_);
  TRY(reader_.seek(known));
  offset_ = known;
  if (task_) {
    task_->restart();
    task_->advance(known);
  }
  Bytes gap;
  while (offset_ < offset) {
    gap.resize(static_cast<std::size_t>(std::min<std::uint64_t>(offset - offset_, kChunk)));
    TRY(read(gap));
  }
  return {};
}

std::string ModelSource::identity() const {
  const auto& stamp = reader_.stamp();
  std::string out;
  for (const auto number : {stamp.device, stamp.inode, stamp.size}) {
    out += std::to_string(number) + " ";
  }
  return out + std::to_string(stamp.mtime_ns) + " " + std::to_string(stamp.ctime_ns);
}

Result<Digest> ModelSource::digest() {
  if (digest_) return *digest_;
  Bytes buffer(kChunk);
  while (!digest_) TRY(read(buffer));
  return *digest_;
}

void ModelSource::done(std::string_view outcome) {
  if (task_) task_->done(outcome);
}

// After a rewind in mid-stream the first bytes come again: only new ones are hashed.
void ModelSource::take(BytesView piece) {
  auto fresh = static_cast<std::size_t>(offset_ - hashed_);
  piece = piece.last(std::min(fresh, piece.size()));
  hasher_.update(piece);
  tap_.feed(piece);
  hashed_ += piece.size();
  if (stats_ != nullptr) stats_->bytes_hashed += piece.size();
}

Result<void> ModelSource::finish() {
  if (hashed_ != reader_.size()) {
    return Error(ErrorKind::mismatch, file_.path + " became shorter while it was read",
                 "run the command again when nobody writes to it");
  }
  TRY(reader_.check_unchanged());
  auto digests = hasher_.finish();
  digest_ = std::move(digests.sha256);
  sha512_ = std::move(digests.sha512);
  if (enters_) cache_->put(reader_, *digest_);
  return {};
}

}  // namespace mpk::modelpack
