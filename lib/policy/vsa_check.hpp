// What a rule says of a verification summary that its verifier's signer vouches for.
#pragma once

#include "base/time.hpp"
#include "json/value.hpp"
#include "policy/policy.hpp"
#include "policy/verdict.hpp"

#include <string_view>

namespace mpk::policy {

/// vsa (exit code 1): the consumer's checks of slsa.dev/spec/v1.2/verification_summary: verifier.id
/// is `verifier`'s, resourceUri is `resource_uri` ("oci://HOST/REPO", without tag or digest),
/// verificationResult is PASSED, every wanted level is reached (a higher level of a track implies
/// the lower), policy.digest is `own_policy` or one that the rule lists. Codes: vsa-malformed,
/// vsa-verifier, vsa-resource, vsa-failed, vsa-level, vsa-policy. That it is about this artifact,
/// who signed it and how old it is the caller has seen to. Total: any JSON value.
Check check_vsa(const VsaRule& rule, const VsaRule::Verifier& verifier, const Json& predicate,
                std::string_view resource_uri, const Digest& own_policy);

}  // namespace mpk::policy
