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
};

/// malformed: a cycle; too_large: nested too deep, or too many manifests; mismatch: a listed
/// referrer has another subject.
Result<CopyPlan> plan_copy(Store& from, const Descriptor& root, bool referrers,
                           const CancelToken& cancel);

}  // namespace mpk::oci
