// LayerDownloads: layers from a store into files that get their names when they are proven.
#pragma once

#include "base/directory.hpp"
#include "base/parallel.hpp"
#include "base/progress.hpp"
#include "base/result.hpp"
#include "modelpack/artifact.hpp"
#include "oci/downloads.hpp"
#include "oci/store.hpp"

#include <atomic>
#include <string>

namespace mpk::modelpack {

/// Of the part file (base/part_file.hpp) of a layer: 16 digits of SHA-256 over path and digest.
std::string part_key(const LayerFile& layer);

/// Thread-safe; see oci::Downloads for how the threads share the work.
class LayerDownloads {
 public:
  /// `store` and `stats` (may be null) must outlive it. `count`: how many turns there will be.
  LayerDownloads(oci::Store& store, std::size_t count, Stats* stats,
                 oci::DownloadOptions options = {});

  class Turn {
   public:
    explicit Turn(LayerDownloads& downloads) : turn_(downloads.downloads_) {}

   private:
    oci::Downloads::Turn turn_;
  };

  /// The layer as a file at `place`, where its folder is; in the course of a Turn. exists:
  /// something is there, and `replace` is false. What came before a network failed, or the user
  /// lost patience, stays as a part file if it is worth it, and the next fetch of the layer goes on
  /// from it. A local store's layers, and small ones, start over.
  Result<void> fetch(const LayerFile& layer, const Place& place, bool replace,
                     const CancelToken& stop, ProgressTask* task);
  /// For a thread that has no layer left.
  Result<void> help(const CancelToken& stop);
  /// The error with word that the same command continues, where that is so.
  Error with_hint(Error error) const;

 private:
  Result<void> fetch_at_once(const LayerFile& layer, const Place& place, bool replace,
                             const CancelToken& stop, ProgressTask* task);

  oci::Store& store_;
  Stats* stats_;
  oci::Downloads downloads_;
  std::atomic<bool> kept_any_{false};
  std::atomic<bool> disk_failed_{false};
};

}  // namespace mpk::modelpack
