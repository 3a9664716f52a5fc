// A key in a PKCS#11 token: the private half stays there.
#pragma once

#include "base/result.hpp"
#include "crypto/key.hpp"
#include "keys/signing_key.hpp"

#include <memory>
#include <string>

namespace mpk::keys {

/// `source`: a pkcs11: URI that names one private key. Its public half comes from the public key or
/// the certificate with the same id, or from the private key's own public numbers.
Result<std::unique_ptr<SigningKey>> open_pkcs11_key(const std::string& source,
                                                    const KeyAccess& access);

/// From a public key or certificate; a PIN is asked for only where the token shows neither.
Result<crypto::PublicKey> open_pkcs11_public_key(const std::string& source,
                                                 const KeyAccess& access);

}  // namespace mpk::keys
