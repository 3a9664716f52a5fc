// Keys and signatures in the parts that PKCS#11 speaks of, put together to what the rest knows.
#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "crypto/key.hpp"

namespace mpk::crypto {

/// PKCS#1 DigestInfo (RFC 8017 §9.2): what RSA pads and signs.
Bytes digest_info(const Digest& digest);

/// DER of an ECDSA signature that is r and s, each of half the length. malformed: an odd length,
/// none, or more than a P-521 signature has.
Result<Bytes> ecdsa_der(BytesView raw);

/// `parameters`: DER of the curve's object identifier (or of "edwards25519" as PKCS#11 3.0 spells
/// it); `point`: in a DER OCTET STRING, or as it is. malformed, unsupported.
Result<PublicKey> public_key_from_point(BytesView parameters, BytesView point);

/// Big-endian numbers. malformed, unsupported.
Result<PublicKey> public_key_from_rsa(BytesView modulus, BytesView exponent);

}  // namespace mpk::crypto
