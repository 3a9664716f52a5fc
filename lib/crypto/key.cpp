// Public keys over EVP_PKEY; names of types.
#include "crypto/key.hpp"

#include "crypto/hash.hpp"
#include "crypto/named_key.hpp"
#include "crypto/openssl.hpp"
#include "crypto/pem.hpp"

#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include <array>

namespace mpk::crypto {
namespace {

constexpr int kMinRsaBits = 2048;

using SpkiHandle = Handle<X509_PUBKEY, X509_PUBKEY_free>;

std::string object_name(const ASN1_OBJECT* object) {
  std::array<char, 80> text{};
  OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 0);
  return text.data();
}

Error unsupported(const std::string& what) {
  return Error{ErrorKind::unsupported,
               "public key is " + what +
                   ", supported are ECDSA P-256, P-384 and P-521, RSA from 2048 bits, and Ed25519"};
}

/// From the AlgorithmIdentifier alone, so that a curve that OpenSSL does not know is "unsupported"
/// and not "malformed". RFC 5480 §2.1.1: only named curves.
Result<KeyType> key_type(X509_PUBKEY* spki) {
  X509_ALGOR* identifier = nullptr;
  X509_PUBKEY_get0_param(nullptr, nullptr, nullptr, &identifier, spki);
  const ASN1_OBJECT* algorithm = nullptr;
  int parameter_type = 0;
  const void* parameter = nullptr;
  X509_ALGOR_get0(&algorithm, &parameter_type, &parameter, identifier);
  const int nid = OBJ_obj2nid(algorithm);
  if (nid == NID_rsaEncryption) return KeyType::rsa;
  if (nid == NID_ED25519) return KeyType::ed25519;
  if (nid != NID_X9_62_id_ecPublicKey) return unsupported(object_name(algorithm));
  if (parameter_type != V_ASN1_OBJECT) return unsupported("on a curve without a name");
  const auto* curve = static_cast<const ASN1_OBJECT*>(parameter);
  switch (OBJ_obj2nid(curve)) {
    case NID_X9_62_prime256v1:
      return KeyType::ecdsa_p256;
    case NID_secp384r1:
      return KeyType::ecdsa_p384;
    case NID_secp521r1:
      return KeyType::ecdsa_p521;
    default:
      return unsupported("on the curve " + object_name(curve));
  }
}

}  // namespace

std::string_view to_string(KeyType type) {
  switch (type) {
    case KeyType::ecdsa_p256:
      return "ecdsa-p256";
    case KeyType::ecdsa_p384:
      return "ecdsa-p384";
    case KeyType::ecdsa_p521:
      return "ecdsa-p521";
    case KeyType::rsa:
      return "rsa";
    case KeyType::ed25519:
      return "ed25519";
  }
  return "rsa";
}

DigestAlgorithm default_hash(KeyType type) {
  if (type == KeyType::ecdsa_p384) return DigestAlgorithm::sha384;
  if (type == KeyType::ecdsa_p521) return DigestAlgorithm::sha512;
  return DigestAlgorithm::sha256;
}

Result<PublicKey> PublicKey::from_spki(BytesView der) {
  if (const auto named = named_key_type(der)) {
    std::shared_ptr<EVP_PKEY> point = decode_named_key(der);
    if (!point) return openssl_error(ErrorKind::malformed, "public key cannot be decoded");
    return PublicKey(std::move(point), *named, Bytes(der.begin(), der.end()));
  }
  const auto spki = decode_der<SpkiHandle>(d2i_X509_PUBKEY, der);
  if (!spki) {
    return openssl_error(ErrorKind::malformed, "public key is not a SubjectPublicKeyInfo");
  }
  const KeyType type = TRY(key_type(spki.get()));
  ERR_clear_error();  // d2i_X509_PUBKEY leaves the reason of a key that it could not decode
  std::shared_ptr<EVP_PKEY> key(X509_PUBKEY_get(spki.get()), EVP_PKEY_free);
  if (!key) return openssl_error(ErrorKind::malformed, "public key cannot be decoded");
  const int bits = EVP_PKEY_get_bits(key.get());
  if (type == KeyType::rsa && bits < kMinRsaBits) {
    return unsupported("RSA with " + std::to_string(bits) + " bits");
  }
  Bytes canonical = encode_der(i2d_PUBKEY, key.get());
  // One key, one SPKI: its hash is the name that logs and policies know the key by.
  if (!std::equal(der.begin(), der.end(), canonical.begin(), canonical.end())) {
    return Error{ErrorKind::malformed, "public key is not in DER"};
  }
  return PublicKey(std::move(key), type, std::move(canonical));
}

Result<PublicKey> PublicKey::of_certificate(x509_st* certificate) {
  auto spki = encode_der(i2d_X509_PUBKEY, X509_get_X509_PUBKEY(certificate));
  const auto named = named_key_type(spki);
  EVP_PKEY* const key = X509_get0_pubkey(certificate);
  if (!named || key == nullptr || EVP_PKEY_up_ref(key) != 1) {
    ERR_clear_error();  // from_spki() says why
    return from_spki(spki);
  }
  return PublicKey({key, EVP_PKEY_free}, *named, std::move(spki));
}

Result<PublicKey> PublicKey::from_pkcs1(BytesView der) {
  const auto decode = [](EVP_PKEY** out, const unsigned char** in, long size) {
    return d2i_PublicKey(EVP_PKEY_RSA, out, in, size);
  };
  const auto key = decode_der<PkeyHandle>(decode, der);
  if (!key) return openssl_error(ErrorKind::malformed, "public key is not a PKCS#1 RSAPublicKey");
  return from_spki(encode_der(i2d_PUBKEY, key.get()));
}

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
  const auto blocks = TRY(read_pem(pem));
  if (blocks.size() != 1) {
    return Error{ErrorKind::malformed,
                 "public key: expected one PEM block, found " + std::to_string(blocks.size())};
  }
  const PemBlock& block = blocks.front();
  if (block.label == "PUBLIC KEY") return from_spki(block.der);
  if (block.label == "RSA PUBLIC KEY") return from_pkcs1(block.der);
  return Error{ErrorKind::malformed,
               "public key: expected the PEM label \"PUBLIC KEY\", found \"" + block.label + "\""};
}

int PublicKey::rsa_bits() const {
  return type_ == KeyType::rsa ? EVP_PKEY_get_bits(key_.get()) : 0;
}

std::string PublicKey::pem() const { return write_pem("PUBLIC KEY", spki_); }

Digest PublicKey::fingerprint() const { return sha256(spki_); }

Result<void> PublicKey::verify(BytesView message, BytesView signature, DigestAlgorithm hash) const {
  const DigestContextHandle context(EVP_MD_CTX_new());
  if (!context || EVP_DigestVerifyInit(context.get(), nullptr,
                                       type_ == KeyType::ed25519 ? nullptr : openssl_digest(hash),
                                       nullptr, key_.get()) != 1) {
    return openssl_error(ErrorKind::internal, "signature check cannot be started");
  }
  if (EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                       message.size()) != 1) {
    return openssl_error(ErrorKind::untrusted, "signature does not hold");
  }
  return {};
}

Result<void> PublicKey::verify(BytesView message, BytesView signature) const {
  return verify(message, signature, default_hash(type_));
}

Result<void> PublicKey::verify_digest(const Digest& digest, BytesView signature) const {
  if (type_ == KeyType::ed25519) {
    return Error{ErrorKind::unsupported,
                 "an Ed25519 signature covers the whole message, a digest is not enough",
                 "give the artifact itself"};
  }
  const PkeyContextHandle context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
  if (!context || EVP_PKEY_verify_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_signature_md(context.get(), openssl_digest(digest.algorithm())) != 1) {
    return openssl_error(ErrorKind::internal, "signature check cannot be started");
  }
  const Bytes value = digest.bytes();
  if (EVP_PKEY_verify(context.get(), signature.data(), signature.size(), value.data(),
                      value.size()) != 1) {
    return openssl_error(ErrorKind::untrusted, "signature does not hold");
  }
  return {};
}

}  // namespace mpk::crypto
