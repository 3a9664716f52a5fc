// The aiBOM that is attached to an artifact.
#pragma once

#include "flow/verify.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace mpk::flow {

struct AttachedAibom {
  Json aibom;
  std::string verified_by;  // "ci@example.com (issuer …)"; empty: no signature of it verifies
  std::string problem;      // then why
};

/// The verified one of the newest proven time; if none verifies, any that can be read. not_found
/// when there is none.
Result<AttachedAibom> attached_aibom(const Context& context, const oci::Reference& reference,
                                     const sigstore::TrustedRoot& root);

}  // namespace mpk::flow
