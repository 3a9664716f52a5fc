// Registry scan: what registries have under tags, judged as the gate would judge what a tag names.
#pragma once

#include "admit/scan.hpp"
#include "admit/verdicts.hpp"
#include "base/parallel.hpp"
#include "base/result.hpp"
#include "flow/context.hpp"
#include "oci/reference.hpp"
#include "policy/policy.hpp"

#include <memory>
#include <string>
#include <vector>

namespace mpk::admit {

/// What is found where, before anything is judged.
struct Tagged {
  std::vector<oci::Reference> references;  // each with its tag
  std::vector<ScannedObject> others;  // repositories that no rule is about, or that tell nothing
};

/// `where`: HOST (all that the registry lists, oci/catalog.hpp), HOST/GLOB of them, or HOST/REPO.
/// Tags that hold what cosign and others have attached to something else are left out. A repository
/// that tells nothing is undecided; that the registry lists none is an error. usage: no place.
Result<Tagged> find_tagged(const flow::Context& context, const std::string& where,
                           const policy::PolicyFile& policy);

/// Each digest is verified once, whichever tags name it. Error: cancelled.
Result<std::vector<ScannedObject>> scan_references(const std::vector<oci::Reference>& references,
                                                   const std::shared_ptr<const Rules>& rules,
                                                   Verdicts& verdicts, const CancelToken& cancel);

}  // namespace mpk::admit
