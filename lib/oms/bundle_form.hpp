// What bundles of model signatures look like beside Sigstore's: the reference implementation's
// history when reading, its expectations when writing.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace mpk::oms {

/// A bundle as lib/sigstore reads it: a public key that was written out (releases 0.3 to 1.0)
/// becomes a hint. Everything else stays; malformed: not JSON.
Result<std::string> modern_bundle(std::string_view text);

/// What release 0.2 signed instead of the DSSE encoding: its name in capitals, and the payload as
/// Python prints bytes.
std::string historical_message(std::string_view payload_type, std::string_view payload);

/// A bundle that was signed with a key, without the key's hint: the reference implementation
/// refuses one in another form than its own, which is the SHA-256 of the PEM text in hex.
Result<std::string> without_key_hint(std::string_view bundle);

}  // namespace mpk::oms
