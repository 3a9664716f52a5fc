// Copy an artifact, its content and (if asked) its referrers from one store to another.
#pragma once

#include "base/parallel.hpp"
#include "base/progress.hpp"
#include "base/result.hpp"
#include "oci/store.hpp"

#include <optional>
#include <string>

namespace mpk::oci {

struct CopyOptions {
  std::optional<std::string> tag;  // name of the copy
  bool referrers = true;           // signatures, aiBOM, provenance and theirs, recursively
  std::size_t workers = 4;
  Progress* progress = nullptr;  // not owned
  CancelToken cancel;
  std::vector<std::string> mount_from;
};

struct CopyResult {
  Descriptor root;
  std::size_t manifests = 0, blobs = 0, blobs_already_there = 0, referrers = 0;
  std::uint64_t bytes = 0;
  /// What was left behind and why, one sentence each: entries of a list of referrers that name
  /// nothing, or something that is none.
  std::vector<std::string> warnings;
};

/// Blobs before the manifest that names them, a subject before its referrers, the tag last: what is
/// visible is complete. Bytes are copied as they are (the digest stays). Blobs go through without a
/// local copy.
Result<CopyResult> copy_artifact(Store& from, const Descriptor& root, Store& to,
                                 const CopyOptions& options = {});

}  // namespace mpk::oci
