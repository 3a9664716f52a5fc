// A tar layer read once: its files, hashed, and in a staging directory where they are wanted.
#pragma once

#include "archive/decompress.hpp"
#include "archive/tar_reader.hpp"
#include "base/parallel.hpp"
#include "base/progress.hpp"
#include "base/result.hpp"
#include "model/head.hpp"
#include "modelpack/artifact.hpp"
#include "modelpack/staging.hpp"
#include "oci/store.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mpk::modelpack {

/// How a layer of this encoding is compressed.
archive::Compression compression_of(Encoding encoding);

/// A file of an archive. `file` is what a raw layer of the same content would be.
struct ArchivedFile {
  LayerFile file;
  std::string staged;  // its name in the staging directory; empty: it was not wanted
  std::optional<model::FileHead> head = {};  // ArchiveOptions::head_wanted
};

struct ArchiveOptions {
  const StagingDirectory* staging = nullptr;  // not owned; null: nothing is kept
  /// By the path in the archive, before it is known where the file belongs.
  std::function<bool(const std::string& entry)> wanted = [](const std::string&) { return true; };
  /// Of which files, by the path in the archive, the head is kept, condensed; null: of none.
  std::function<bool(const std::string& entry)> head_wanted = {};
  bool sha512 = false;  // of each file and of the layer, from the same read
  archive::TarLimits limits = {};
  Progress* progress = nullptr;  // not owned
  CancelToken cancel;
};

struct ArchiveContents {
  std::vector<ArchivedFile> files;    // in the archive's order; folders are left out
  std::vector<std::string> warnings;  // bits of modes that are not passed on
  std::optional<Digest> sha512 = {};  // of the layer, if ArchiveOptions::sha512
};

/// Success means that the layer was proven against its digest. Bytes that are not its own are
/// fetched once more (oci/once_more.hpp), and what a mirror may have spoilt is not judged before it
/// is proven. What failed leaves nothing in `staging`. Errors as of archive::TarReader,
/// archive_paths() and oci::Store::fetch_blob; too_large also: the heads, over limits::kHeads.
Result<ArchiveContents> read_archive(oci::Store& store, const LayerFile& layer,
                                     const ArchiveOptions& options);

/// too_large: more than limits::kHeads bytes.
Result<void> check_heads_in_archive(std::uint64_t bytes);

}  // namespace mpk::modelpack
