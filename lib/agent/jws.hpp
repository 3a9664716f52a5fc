// JSON Web Keys (RFC 7517) and detached JSON Web Signatures (RFC 7515) by public keys.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/key.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::agent {

struct Jwk {
  std::string id;         // "kid"; empty: fits every signature
  std::string algorithm;  // "alg"; empty: what the key's type allows
  crypto::PublicKey key;
};

/// A PEM public key, a JWK or a JWK Set; private members are not read. malformed; unsupported:
/// another type of key; usage: a set without keys.
Result<std::vector<Jwk>> read_keys(std::string_view text);

struct JwsHeader {
  std::string algorithm, key_id;
};

/// The protected header (base64url). malformed; unsupported: "crit" (RFC 7515 §4.1.11).
Result<JwsHeader> read_jws_header(const std::string& encoded);

/// RFC 7515 §5.2 with the payload given apart; ES256/384/512, RS*, PS*, EdDSA with Ed25519. The
/// algorithm must be the key's own: untrusted otherwise, as when the signature does not hold.
Result<void> verify_jws(const Jwk& key, const std::string& protected_header,
                        const std::string& signature, std::string_view payload);

}  // namespace mpk::agent
