// summary: a verification summary (VSA) that stands in for all other evidence.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "flow/evidence.hpp"
#include "flow/verify.hpp"
#include "oci/store.hpp"
#include "policy/verdict.hpp"

#include <string>
#include <vector>

namespace mpk::flow {

struct Summary {
  policy::Check check;                 // "vsa": passes, or says why none counts
  std::vector<CheckedBundle> bundles;  // that were looked at
};

/// What the policy's rule `vsa` says of bundles that were verified.
policy::Check judge_summary(const policy::Policy& policy, const std::vector<CheckedBundle>& bundles,
                            const std::string& resource, Timestamp now);

/// Looks among the bundles of `subject` for summaries, and no further than to the one that is
/// enough by the policy's rule `vsa`. `resource`: what the summary must be about
/// ("oci://HOST/REPO"). One request where the bundle comes with the list of referrers. Errors of
/// the registry.
Result<Summary> find_summary(oci::Store& store, const Digest& subject, const std::string& resource,
                             const VerifyRequest& request, Timestamp now);

}  // namespace mpk::flow
