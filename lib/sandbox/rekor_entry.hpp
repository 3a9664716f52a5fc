// A hashedrekord 0.0.2 entry: the request proven, and the body that is logged (rekor-tiles).
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace mpk::sandbox {

/// The canonicalized body for a CreateEntryRequest. malformed, untrusted: the signature over the
/// digest does not hold, unsupported: a key that the log does not take, mismatch: keyDetails or
/// digest are not those of the key.
Result<std::string> entry_body(std::string_view request);

}  // namespace mpk::sandbox
