// The key files that cosign writes: JSON with scrypt and secretbox around PKCS#8
// (go-securesystemslib, encrypted/encrypted.go).
#pragma once

#include "base/result.hpp"
#include "crypto/key.hpp"
#include "crypto/random.hpp"

#include <string>
#include <string_view>

namespace mpk::keys {

inline constexpr std::string_view kSigstoreLabel = "ENCRYPTED SIGSTORE PRIVATE KEY";
inline constexpr std::string_view kCosignLabel = "ENCRYPTED COSIGN PRIVATE KEY";  // until v2

/// `body`: what the PEM block holds. malformed; unsupported: a cost that cosign never wrote (the
/// file says how much memory and time it takes), another cipher; usage: wrong password.
Result<crypto::PrivateKey> open_cosign_key(std::string_view body, std::string_view password);

/// PEM with kSigstoreLabel, as `cosign generate-key-pair` writes it.
Result<std::string> seal_cosign_key(const crypto::PrivateKey& key, std::string_view password,
                                    crypto::Random& random);

}  // namespace mpk::keys
