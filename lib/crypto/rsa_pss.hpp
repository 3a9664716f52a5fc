// RSASSA-PSS (RFC 8017 §8.1), for formats whose signatures name it.
#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "crypto/key.hpp"

namespace mpk::crypto {

/// MGF1 with the same hash, the salt's length as the signature says. untrusted when the signature
/// does not hold; unsupported: the key is no RSA key.
Result<void> verify_rsa_pss(const PublicKey& key, BytesView message, BytesView signature,
                            DigestAlgorithm hash);

}  // namespace mpk::crypto
