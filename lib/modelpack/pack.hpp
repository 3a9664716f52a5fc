// pack: a directory into a store, every byte read once.
#pragma once

#include "base/log.hpp"
#include "base/parallel.hpp"
#include "base/progress.hpp"
#include "base/result.hpp"
#include "base/walk.hpp"
#include "modelpack/artifact.hpp"
#include "modelpack/digest_cache.hpp"
#include "oci/store.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mpk::modelpack {

struct PackOptions {
  std::filesystem::path directory;
  std::optional<std::filesystem::path> modelfile;  // -f; else DIR/Modelfile if there is one
  std::optional<Timestamp> created;
  std::size_t workers = 4;  // at least; more where no wire but hashing decides
  /// The manifest that the target tag names now, if any: a file with the same path and size is
  /// hashed first and sent only when its digest is new (DESIGN.md §5).
  std::optional<oci::Manifest> current;
  /// Digests of files that did not change. Null: every byte is read and hashed.
  DigestCache* cache = nullptr;  // not owned
  /// SHA-512 of every file and archive as well, from the same read. The cache, which has none, is
  /// then not asked.
  bool sha512 = false;
  Progress* progress = nullptr;  // not owned, may be null
  Stats* stats = nullptr;        // not owned, may be null
  Logger logger;
  CancelToken cancel;
};

/// What will be packed: the files by name and size; none has been read yet.
struct PackPlan {
  std::vector<WalkFile> files;
  std::optional<Modelfile> modelfile;
  std::string modelfile_text;  // what it was read from
  std::vector<std::string> ignored;
  bool archives = false;  // needs_archives()
};

/// Everything that can be refused before a byte is read or a store is opened: usage (no file, a
/// pattern of the Modelfile that names nothing, a refused link).
Result<PackPlan> plan_pack(const PackOptions& options);

struct PackOutcome {
  Artifact artifact;
  model::ModelInfo info;
  std::vector<std::string> ignored;
  std::size_t blobs_uploaded = 0, blobs_already_there = 0;  // config included
};

/// Streams all files (blobs) and the config into `store`; the manifest is left to the caller, so
/// that nothing names the artifact before it is complete. A host that takes no streamed uploads
/// costs a second read, not a second hash. With plan.archives the heads of all files are read
/// first, for their kinds, and what goes into an archive is hashed by itself and as a part of it;
/// too_large, before a blob is sent: the weights alone are too many for a manifest. mismatch when a
/// file changes while it is read. The first failure stops the other files too.
Result<PackOutcome> pack_into(oci::Store& store, const PackPlan& plan, const PackOptions& options);

/// The same without a store: hashes and reads facts only.
Result<PackOutcome> pack_dry(const PackPlan& plan, const PackOptions& options);

}  // namespace mpk::modelpack
