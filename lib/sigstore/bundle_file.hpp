// Bundle files: one bundle, or several in the forms that GitHub and npm give out.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::sigstore {

/// The bundles of a file, at least one, in its order: one bundle as it stands; JSON Lines (`gh
/// attestation download`); an array; {"attestations": […]} with members {"bundle": …} (npm's and
/// GitHub's API). One that is no bundle is handed out as it is: whoever verifies it says so.
/// malformed: no bundle at all, a line that is no JSON; too_large: over limits::kReferrers bundles.
Result<std::vector<std::string>> split_bundles(std::string_view text);

}  // namespace mpk::sigstore
