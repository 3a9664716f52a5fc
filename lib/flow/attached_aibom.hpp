// The aiBOM that is attached to an artifact.
#pragma once

#include "flow/verify.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace mpk::flow {

struct AttachedAibom {
  Json aibom;
  std::string verified_by;  // "ci@example.com (issuer …)"; empty: no signature of it verifies
  std::string problem;      // then why
};

/// The verified one of the newest proven time; if none verifies, any that can be read; nullopt when
/// the artifact has none. not_found: the artifact itself.
Result<std::optional<AttachedAibom>> attached_aibom(const Context& context,
                                                    const oci::Reference& reference,
                                                    const sigstore::TrustedRoot& root);

}  // namespace mpk::flow
