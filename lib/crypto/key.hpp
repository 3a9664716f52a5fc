// Public and private keys: load, generate, sign, verify (EVP only).
#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;  // OpenSSL's EVP_PKEY
struct x509_st;      // and its X509

namespace mpk::crypto {

enum class KeyType { ecdsa_p256, ecdsa_p384, ecdsa_p521, rsa, ed25519 };
std::string_view to_string(KeyType type);

/// P-256 and RSA: SHA-256; P-384: SHA-384; P-521: SHA-512 (sigstore algorithm registry). For
/// Ed25519 the value is not used.
DigestAlgorithm default_hash(KeyType type);

/// Immutable and thread-safe; copies share the key.
class PublicKey {
 public:
  /// SubjectPublicKeyInfo DER, all of it. unsupported: another curve, RSA under 2048 bits, DSA, …
  static Result<PublicKey> from_spki(BytesView der);
  /// As from_spki(), of a certificate, whose key is decoded already and is shared.
  static Result<PublicKey> of_certificate(x509_st* certificate);
  /// PKCS#1 RSAPublicKey DER (the staging CT log's form).
  static Result<PublicKey> from_pkcs1(BytesView der);
  /// "PUBLIC KEY" or "RSA PUBLIC KEY".
  static Result<PublicKey> from_pem(std::string_view pem);

  KeyType type() const { return type_; }
  int rsa_bits() const;  // 0 for other types
  const Bytes& spki() const { return spki_; }
  std::string pem() const;
  /// SHA-256 of the SPKI DER.
  Digest fingerprint() const;
  bool operator==(const PublicKey& other) const { return spki_ == other.spki_; }

  /// ECDSA signatures are DER; RSA is PKCS#1 v1.5. untrusted when the signature does not hold.
  Result<void> verify(BytesView message, BytesView signature, DigestAlgorithm hash) const;
  Result<void> verify(BytesView message, BytesView signature) const;  // default_hash
  /// The digest was made with its own algorithm. unsupported for Ed25519.
  Result<void> verify_digest(const Digest& digest, BytesView signature) const;

  evp_pkey_st* native() const { return key_.get(); }

 private:
  PublicKey(std::shared_ptr<evp_pkey_st> key, KeyType type, Bytes spki)
      : key_(std::move(key)), type_(type), spki_(std::move(spki)) {}
  std::shared_ptr<evp_pkey_st> key_;
  KeyType type_;
  Bytes spki_;
};

/// Immutable and thread-safe; copies share the key.
class PrivateKey {
 public:
  static Result<PrivateKey> generate(KeyType type, unsigned rsa_bits = 2048);
  /// PKCS#8, SEC1 or PKCS#1, not encrypted. unsupported: an encrypted or unknown form.
  static Result<PrivateKey> from_pem(std::string_view pem);
  /// PKCS#8 PrivateKeyInfo DER, all of it.
  static Result<PrivateKey> from_pkcs8(BytesView der);
  /// PKCS#8 EncryptedPrivateKeyInfo DER: PBES2 (RFC 8018) with PBKDF2 or scrypt and AES-CBC or
  /// Triple DES. usage: wrong password (or a damaged key, which looks the same); unsupported:
  /// another scheme; too_large: a key derivation that would take minutes.
  static Result<PrivateKey> from_encrypted_pkcs8(BytesView der, std::string_view password);
  /// PKCS#8 "PRIVATE KEY".
  std::string pem() const;
  /// PKCS#8 PrivateKeyInfo; wipe() it after use.
  Bytes pkcs8() const;
  /// PKCS#8 "ENCRYPTED PRIVATE KEY": PBKDF2-HMAC-SHA256 and AES-256-CBC.
  Result<std::string> encrypted_pem(std::string_view password) const;
  const PublicKey& public_key() const { return public_key_; }
  KeyType type() const { return public_key_.type(); }

  /// DER for ECDSA.
  Result<Bytes> sign(BytesView message, DigestAlgorithm hash) const;
  Result<Bytes> sign(BytesView message) const;  // default_hash
  /// The digest was made with its own algorithm. unsupported for Ed25519.
  Result<Bytes> sign_digest(const Digest& digest) const;

  evp_pkey_st* native() const { return key_.get(); }

 private:
  static Result<PrivateKey> wrap(std::shared_ptr<evp_pkey_st> key);
  PrivateKey(std::shared_ptr<evp_pkey_st> key, PublicKey public_key)
      : key_(std::move(key)), public_key_(std::move(public_key)) {}
  std::shared_ptr<evp_pkey_st> key_;
  PublicKey public_key_;
};

}  // namespace mpk::crypto
