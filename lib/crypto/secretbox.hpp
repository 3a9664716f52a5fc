// NaCl's secretbox (XSalsa20 and Poly1305): the cipher of cosign's key files.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstddef>

namespace mpk::crypto {

inline constexpr std::size_t kSecretboxKey = 32;
inline constexpr std::size_t kSecretboxNonce = 24;
inline constexpr std::size_t kSecretboxOverhead = 16;

/// malformed: a nonce of another size, or a box too short; untrusted: the key is not the one that
/// the box was made with, or the box was changed. `key` has kSecretboxKey bytes.
Result<Bytes> secretbox_open(BytesView box, BytesView nonce, BytesView key);
/// kSecretboxOverhead bytes longer than `message`. A nonce is used once with a key.
Result<Bytes> secretbox_seal(BytesView message, BytesView nonce, BytesView key);

}  // namespace mpk::crypto
