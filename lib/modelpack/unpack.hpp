// unpack: an artifact's files into a directory; nothing unproven gets its name.
#pragma once

#include "base/parallel.hpp"
#include "base/progress.hpp"
#include "base/result.hpp"
#include "modelpack/artifact.hpp"
#include "modelpack/selection.hpp"
#include "oci/store.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace mpk::modelpack {

struct UnpackOptions {
  std::filesystem::path directory;  // made when missing
  bool overwrite = false;           // replace files that differ
  Selection selection;              // which files; the others are as if they were not there
  std::size_t workers = 4;
  Progress* progress = nullptr;
  Stats* stats = nullptr;  // bytes written and hashed; of what was there already, read and hashed
  CancelToken cancel;
};

struct UnpackOutcome {
  std::size_t written = 0, kept = 0;  // kept: identical already
  std::uint64_t bytes = 0;
  std::vector<std::string> warnings;  // what was left out on purpose, one sentence each
};

/// All paths are checked before the first byte is fetched; each file is written under a temporary
/// name in its folder, hashed on the way, synced, and renamed, with mode 0644 or 0755 less the
/// umask. The folders are held open meanwhile: whoever swaps one for a link changes nothing. What a
/// broken off unpack of these files left in them is gone on with (layer_downloads.hpp), of others
/// removed; after success nothing is left. Identical files are kept (also one that another
/// unpack completes meanwhile), a differing one is refused (exists) unless `overwrite`, others are
/// left alone. Symlinks in the way are refused (mismatch).
///
/// The files of an archive wait in a folder of their own until their layer is proven; what is there
/// already, and paths that meet, are found before the first of them gets its name.
///
/// unsupported: two paths that are one where the file system folds case (unpack_case.hpp says
/// which). usage: a file is where `directory` should be; Selection::check_used.
Result<UnpackOutcome> unpack(oci::Store& store, const oci::Manifest& manifest,
                             const UnpackOptions& options);

}  // namespace mpk::modelpack
