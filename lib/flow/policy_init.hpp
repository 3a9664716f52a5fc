// policy init: a policy that an artifact passes, as tight as what was proven of it.
#pragma once

#include "flow/context.hpp"
#include "flow/verify.hpp"
#include "oci/reference.hpp"
#include "policy/verdict.hpp"

#include <string>
#include <vector>

namespace mpk::flow {

struct PolicyStart {
  std::string yaml;
  policy::Verdict verdict;         // under that policy; it has passed
  std::vector<std::string> notes;  // what a person should look at
};

/// `base`: the trusted root, and identities, where only what they signed counts. Each bundle is
/// verified first; what does not verify is not put in. untrusted: nothing that counts has verified;
/// mismatch: the artifact does not pass what was made of it (a changed layer, two aiBOMs that
/// contradict each other).
Result<PolicyStart> start_policy(const Context& context, const oci::Reference& reference,
                                 const VerifyRequest& base, const std::string& name);

}  // namespace mpk::flow
