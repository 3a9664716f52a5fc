// Entries of Rekor v1: the request proven, and the body that is logged (rekor, pkg/types).
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace mpk::sandbox {

/// The canonicalized body for a proposed hashedrekord 0.0.1 or dsse 0.0.1. malformed; unsupported:
/// another kind; untrusted: the signature does not hold.
Result<std::string> entry_body_v1(std::string_view request);

}  // namespace mpk::sandbox
