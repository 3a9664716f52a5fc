// Keys on the named curves from their one DER form; only for the sources of lib/crypto.
#pragma once

#include "base/bytes.hpp"
#include "crypto/key.hpp"
#include "crypto/openssl.hpp"

#include <optional>

namespace mpk::crypto {

/// Which key a SubjectPublicKeyInfo holds that is written as RFC 5480 §2 (named curve, uncompressed
/// point) or RFC 8410 §4 say: then only the point's bytes differ. nullopt: another key or form.
std::optional<KeyType> named_key_type(BytesView spki);

/// The key in such a SubjectPublicKeyInfo. nullptr: the point is not on its curve.
PkeyHandle decode_named_key(BytesView spki);

}  // namespace mpk::crypto
