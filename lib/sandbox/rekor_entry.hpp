// A hashedrekord 0.0.2 entry: the request proven, and the body that is logged (rekor-tiles).
#pragma once

#include "base/result.hpp"
#include "crypto/key.hpp"

#include <string>
#include <string_view>

namespace mpk::sandbox {

/// "PKIX_ECDSA_P256_SHA_256", … (protobuf-specs, PublicKeyDetails). unsupported: a key that the log
/// does not take (Ed25519, RSA of an odd size).
Result<std::string> key_details(const crypto::PublicKey& key);

/// The canonicalized body for a CreateEntryRequest. malformed, untrusted: the signature over the
/// digest does not hold, mismatch: keyDetails or digest are not those of the key.
Result<std::string> entry_body(std::string_view request);

}  // namespace mpk::sandbox
