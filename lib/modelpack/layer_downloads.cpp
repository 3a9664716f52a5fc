// LayerDownloads: a part file where resuming is worth it, an atomic one elsewhere.
#include "modelpack/layer_downloads.hpp"

#include "base/file.hpp"
#include "base/part_file.hpp"
#include "crypto/hash.hpp"

#include <utility>

namespace mpk::modelpack {
namespace {

constexpr std::size_t kKeyDigits = 16;

oci::DownloadOptions with_stats(oci::DownloadOptions options, Stats* stats) {
  options.stats = stats;
  return options;
}

// Another try would begin with the same bytes and do no better, or the disk has no room for them.
bool is_worthless(ErrorKind kind) {
  return kind == ErrorKind::mismatch || kind == ErrorKind::io || kind == ErrorKind::exists;
}

}  // namespace

std::string part_key(const LayerFile& layer) {
  // No path holds a line break.
  return crypto::sha256(layer.path + "\n" + layer.descriptor.digest.text())
      .hex()
      .substr(0, kKeyDigits);
}

LayerDownloads::LayerDownloads(oci::Store& store, std::size_t count, Stats* stats,
                               oci::DownloadOptions options)
    : store_(store), stats_(stats), downloads_(store, count, with_stats(options, stats)) {}

Result<void> LayerDownloads::fetch_at_once(const LayerFile& layer, const Place& place, bool replace,
                                           const CancelToken& stop, ProgressTask* task) {
  auto file = TRY(AtomicFile::create(place.directory));
  TRY(store_.fetch_blob(layer.descriptor, [&](BytesView piece) -> Result<void> {
    TRY(stop.check());
    if (task != nullptr) task->advance(piece.size());
    if (stats_ != nullptr) {
      stats_->bytes_written += piece.size();
      stats_->bytes_hashed += piece.size();
    }
    return file.write(piece);
  }));
  // The store proved the bytes; only now do they get their name.
  return file.commit_in(place.directory, place.name, layer.mode, replace);
}

Result<void> LayerDownloads::fetch(const LayerFile& layer, const Place& place, bool replace,
                                   const CancelToken& stop, ProgressTask* task) {
  if (store_.local() || layer.descriptor.size < PartFile::kWorthKeeping) {
    return fetch_at_once(layer, place, replace, stop, task);
  }
  auto part = TRY(PartFile::open(place.directory, part_key(layer), layer.descriptor.size));
  auto outcome = downloads_.fetch(layer.descriptor, part, stop, task);
  if (outcome) outcome = part.commit_in(place.directory, place.name, layer.mode, replace);
  if (outcome) return {};
  if (outcome.error().kind() == ErrorKind::io) disk_failed_ = true;
  // The parts of those that were stopped for it would only fill the disk.
  if (disk_failed_ || is_worthless(outcome.error().kind())) {
    part.discard();
  } else if (part.keeps()) {
    kept_any_ = true;
  }
  return outcome;
}

Result<void> LayerDownloads::help(const CancelToken& stop) {
  downloads_.help(stop);
  return {};
}

Error LayerDownloads::with_hint(Error error) const {
  const bool passing = error.kind() == ErrorKind::cancelled || error.kind() == ErrorKind::network ||
                       error.kind() == ErrorKind::timeout;
  if (!passing || !kept_any_) return error;
  return std::move(error).with_hint("what has come is kept; the same command continues");
}

}  // namespace mpk::modelpack
