// The tag under which the referrers of a subject are listed where there is no referrers API.
#pragma once

#include "base/digest.hpp"

#include <string>
#include <string_view>

namespace mpk::oci {

/// "sha256-<hex>" cut as distribution-spec says (referrers tag schema).
std::string referrers_tag(const Digest& subject);
/// Cosign's "sha256-<hex>.sig" is none.
bool is_referrers_tag(std::string_view tag);

}  // namespace mpk::oci
