// read_archive_heads: what is in a tar layer: its files with their digests, and the heads of those
// that tell something of the model.
#pragma once

#include "base/parallel.hpp"
#include "base/result.hpp"
#include "model/head.hpp"
#include "modelpack/artifact.hpp"
#include "oci/store.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mpk::modelpack {

/// Layers up to this size are read whole and proven by that; of larger ones only the headers of the
/// archive and of the weights in it, at most as many bytes.
inline constexpr std::uint64_t kWholeArchive = 64U << 20;
/// What may come out of one.
inline constexpr std::uint64_t kArchiveUnpacked = 1U << 30;

struct ArchiveHeads {
  /// In the archive's order, as raw layers would be listed; empty unless it was read whole.
  std::vector<LayerFile> files;
  std::vector<model::FileHead> heads;  // of the files that `wanted` takes
  bool whole = false;                  // read to its end, and proven against its digest
  bool all_heads = false;              // the walk reached the end of the archive
};

/// Where a large archive is not compressed, the bytes between the headers are not fetched; of a
/// compressed one only the beginning is read. Errors as of read_archive(); those of a large
/// archive's bytes say less, as nothing proves them. too_large: kArchiveUnpacked, limits::kHeads.
Result<ArchiveHeads> read_archive_heads(oci::Store& store, const LayerFile& layer,
                                        const std::function<bool(const std::string& path)>& wanted,
                                        const CancelToken& cancel);

}  // namespace mpk::modelpack
