// The names that protobuf-specs gives to algorithms in JSON.
#pragma once

#include "base/digest.hpp"
#include "crypto/key.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mpk::sigstore {

/// HashAlgorithm: "SHA2_256", …
std::string_view hash_output_name(DigestAlgorithm algorithm);

/// PublicKeyDetails with the hash of Sigstore's algorithm registry ("PKIX_ECDSA_P256_SHA_256", …);
/// nullopt: no signature by such a key fits in a hashedrekord 0.0.2 (Ed25519, RSA of other sizes).
std::optional<std::string> public_key_details(const crypto::PublicKey& key);

}  // namespace mpk::sigstore
