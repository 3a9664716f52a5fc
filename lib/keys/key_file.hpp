// The text of a key file: which of the accepted forms it has, and the key in it.
#pragma once

#include "base/result.hpp"
#include "crypto/key.hpp"
#include "keys/signing_key.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace mpk::keys {

inline constexpr std::size_t kKeyFile = 64U << 10;  // RSA with 4096 bits takes 3.5 KiB

/// Exactly one private key: PKCS#8, SEC1, PKCS#1, encrypted PKCS#8, cosign's. `source` is for the
/// question after the password. malformed; unsupported; usage: wrong password.
Result<crypto::PrivateKey> read_private_key(std::string_view text, const std::string& source,
                                            const KeyAccess& access);

/// A public key, a certificate, or a private key as above.
Result<crypto::PublicKey> read_public_key(std::string_view text, const std::string& source,
                                          const KeyAccess& access);

/// unsupported: Sigstore's algorithm registry has RSA with 2048, 3072 and 4096 bits only.
Result<void> check_algorithm(const crypto::PublicKey& key);

/// The text that `source` (a file, or env://VAR) holds, of at most kKeyFile bytes. usage: there is
/// no such file or variable, too large.
Result<std::string> read_key_text(const std::string& source, const Env& env);

/// The private key in a file or variable, to be written in another form.
Result<crypto::PrivateKey> load_private_key(const std::string& source, const KeyAccess& access);

}  // namespace mpk::keys
