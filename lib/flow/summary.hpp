// summary: a verification summary (VSA) that stands in for all other evidence.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "flow/evidence.hpp"
#include "flow/verify.hpp"
#include "oci/reference.hpp"
#include "oci/store.hpp"
#include "policy/verdict.hpp"

#include <span>
#include <string>
#include <vector>

namespace mpk::flow {

struct Summary {
  policy::Check check;                 // "vsa": passes, or says why none counts
  std::vector<CheckedBundle> bundles;  // that were looked at
};

/// What a summary of the artifact must be about: "oci://HOST/REPO".
std::string resource_uri(const oci::Reference& reference);

/// Whether a summary may stand in for all other evidence.
bool takes_summary(const VerifyRequest& request);

/// What the policy's rule `vsa` says of bundles that were verified.
policy::Check judge_summary(const policy::Policy& policy, std::span<const CheckedBundle> bundles,
                            const std::string& resource, Timestamp now);

/// Adds what was judged. Whether it decides: it passes, or nothing else may.
bool decide_by_summary(const policy::Policy& policy, const Digest& artifact, policy::Check judged,
                       policy::Verdict& verdict);

/// Looks among the bundles of `subject` for summaries, and no further than to the one that is
/// enough by the policy's rule `vsa`. One request where the bundle comes with the list of
/// referrers. Errors of the registry.
Result<Summary> find_summary(oci::Store& store, const Digest& subject, const std::string& resource,
                             const VerifyRequest& request, Timestamp now);

}  // namespace mpk::flow
