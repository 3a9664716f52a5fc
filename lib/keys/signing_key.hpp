// SigningKey: a private key that signs, wherever it is kept; and where keys are found.
#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/env.hpp"
#include "base/result.hpp"
#include "crypto/key.hpp"

#include <functional>
#include <memory>
#include <string>

namespace mpk::keys {

/// Signatures are DER for ECDSA, PKCS#1 v1.5 for RSA. The private part never leaves the object, and
/// no error or description shows it, a PIN or a password. Thread-safe.
class SigningKey {
 public:
  virtual ~SigningKey() = default;
  virtual const crypto::PublicKey& public_key() const = 0;
  /// The digest is of crypto::default_hash(type). unsupported: Ed25519, which signs no digest.
  virtual Result<Bytes> sign_digest(const Digest& digest) = 0;
  /// Hashes with default_hash and signs; Ed25519 (pure, RFC 8032) signs the message itself.
  virtual Result<Bytes> sign(BytesView message) = 0;
  /// For people: "key.pem", "pkcs11:token=release;object=model", "awskms://…".
  virtual const std::string& source() const = 0;
};

/// Where passwords and PINs come from: a question on the terminal. Null: nobody can be asked.
using AskSecret = std::function<Result<std::string>(const std::string& what)>;

struct KeyAccess {
  const Env& env;  // COSIGN_PASSWORD, MPK_KEY_PASSWORD, the variable of an env:// URI
  AskSecret ask;
};

/// `source`: a file (PKCS#8 plain or encrypted, SEC1, PKCS#1, cosign's encrypted keys), env://VAR,
/// pkcs11:… (RFC 7512), or NAME://… for cosign's plugin protocol (program sigstore-kms-NAME).
/// usage: no such file, wrong password, a URI that names nothing; unsupported: a key that Sigstore
/// has no algorithm for; not_found: no such plugin or module; network, timeout: a plugin's trouble.
Result<std::unique_ptr<SigningKey>> open_signing_key(const std::string& source,
                                                     const KeyAccess& access);

/// The public key that `source` names, for verifying: a PEM file (public key, certificate or any
/// private form), or the URIs above. The private part is not asked for where there is another way.
Result<crypto::PublicKey> open_public_key(const std::string& source, const KeyAccess& access);

/// What to call `source` on a screen: a pkcs11: URI without its query, which may hold a PIN.
std::string source_name(const std::string& source);

}  // namespace mpk::keys
