// What a copy has to move, in the order in which it may become visible.
#pragma once

#include "base/parallel.hpp"
#include "base/result.hpp"
#include "oci/store.hpp"

#include <string>
#include <vector>

namespace mpk::oci {

struct PlannedManifest {
  Descriptor descriptor;
  std::string bytes;
};

struct CopyPlan {
  std::vector<Descriptor> blobs;  // each digest once
  /// Children before the index that names them, a subject before its referrers; the root's own tree
  /// comes first.
  std::vector<PlannedManifest> manifests;
  std::size_t root = 0;       // the root's place in `manifests`
  std::size_t referrers = 0;  // how many of the manifests are referrers
  std::vector<std::string> warnings;
};

/// malformed: an index in itself; too_large: nested too deep, or too many manifests. A listed
/// referrer that is missing, no manifest or of another subject is left out with a warning: whoever
/// may push can plant one, and it must not keep the rest from being copied.
Result<CopyPlan> plan_copy(Store& from, const Descriptor& root, bool referrers,
                           const CancelToken& cancel);

}  // namespace mpk::oci
