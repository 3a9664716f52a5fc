// What bundles of model signatures look like beside Sigstore's: the reference implementation's
// history when reading, its expectations when writing.
#pragma once

#include "base/result.hpp"
#include "crypto/key.hpp"

#include <string>
#include <string_view>

namespace mpk::oms {

/// A bundle as lib/sigstore reads it: a public key that was written out (releases 0.3 to 1.0)
/// becomes a hint. Everything else stays; malformed: not JSON.
Result<std::string> modern_bundle(std::string_view text);

/// What release 0.2 signed instead of the DSSE encoding: its name in capitals, and the payload as
/// Python prints bytes.
std::string historical_message(std::string_view payload_type, std::string_view payload);

/// A bundle that was signed with a key, as the reference implementation looks it up: the hint is
/// the SHA-256 of the public key's PEM text, in hex.
Result<std::string> with_key_hint(std::string_view bundle, const crypto::PublicKey& key);

}  // namespace mpk::oms
