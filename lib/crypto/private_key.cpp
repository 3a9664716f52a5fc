// Private keys over EVP_PKEY: made, read, written plain, and signing.
#include "crypto/hash.hpp"
#include "crypto/key.hpp"
#include "crypto/openssl.hpp"
#include "crypto/pem.hpp"
#include "crypto/secret.hpp"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

namespace mpk::crypto {
namespace {

using Pkcs8Handle = Handle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;

}  // namespace

Result<PrivateKey> PrivateKey::wrap(std::shared_ptr<evp_pkey_st> key) {
  PublicKey half = TRY(PublicKey::from_spki(encode_der(i2d_PUBKEY, key.get())));
  return PrivateKey(std::move(key), std::move(half));
}

Result<PrivateKey> PrivateKey::generate(KeyType type, unsigned rsa_bits) {
  EVP_PKEY* key = nullptr;
  switch (type) {
    case KeyType::ecdsa_p256:
      key = EVP_EC_gen("P-256");
      break;
    case KeyType::ecdsa_p384:
      key = EVP_EC_gen("P-384");
      break;
    case KeyType::ecdsa_p521:
      key = EVP_EC_gen("P-521");
      break;
    case KeyType::rsa:
      key = EVP_RSA_gen(rsa_bits);
      break;
    case KeyType::ed25519:
      key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
      break;
  }
  if (key == nullptr) return openssl_error(ErrorKind::internal, "key cannot be generated");
  return wrap({key, EVP_PKEY_free});
}

namespace {

PkeyHandle decode_private(std::string_view label, BytesView der) {
  if (label == "PRIVATE KEY") {
    const auto info = decode_der<Pkcs8Handle>(d2i_PKCS8_PRIV_KEY_INFO, der);
    return PkeyHandle(info ? EVP_PKCS82PKEY(info.get()) : nullptr);
  }
  const int type = label == "EC PRIVATE KEY" ? EVP_PKEY_EC : EVP_PKEY_RSA;
  return decode_der<PkeyHandle>([type](EVP_PKEY** out, const unsigned char** in,
                                       long size) { return d2i_PrivateKey(type, out, in, size); },
                                der);
}

}  // namespace

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
  auto blocks = TRY(read_pem(pem));
  // `openssl ecparam -genkey` writes the curve's name as a block of its own.
  std::erase_if(blocks, [](const PemBlock& block) { return block.label == "EC PARAMETERS"; });
  if (blocks.size() != 1) {
    return Error{ErrorKind::malformed,
                 "private key: expected one PEM block, found " + std::to_string(blocks.size())};
  }
  PemBlock& block = blocks.front();
  if (block.encrypted || block.label.starts_with("ENCRYPTED ")) {
    return Error{ErrorKind::unsupported, "private key is encrypted"};
  }
  if (block.label != "PRIVATE KEY" && block.label != "EC PRIVATE KEY" &&
      block.label != "RSA PRIVATE KEY") {
    return Error{
        ErrorKind::unsupported,
        "private key: expected the PEM label \"PRIVATE KEY\", found \"" + block.label + "\""};
  }
  PkeyHandle key = decode_private(block.label, block.der);
  wipe(block.der);
  if (!key) return openssl_error(ErrorKind::malformed, "private key cannot be decoded");
  return wrap(std::move(key));
}

Result<PrivateKey> PrivateKey::from_pkcs8(BytesView der) {
  PkeyHandle key = decode_private("PRIVATE KEY", der);
  if (!key) return openssl_error(ErrorKind::malformed, "private key is not in PKCS#8");
  return wrap(std::move(key));
}

Bytes PrivateKey::pkcs8() const {
  const Pkcs8Handle info(EVP_PKEY2PKCS8(key_.get()));
  return encode_der(i2d_PKCS8_PRIV_KEY_INFO, info.get());
}

std::string PrivateKey::pem() const {
  Bytes der = pkcs8();
  std::string text = write_pem("PRIVATE KEY", der);
  wipe(der);
  return text;
}

Result<Bytes> PrivateKey::sign(BytesView message, DigestAlgorithm hash) const {
  const DigestContextHandle context(EVP_MD_CTX_new());
  std::size_t size = 0;
  if (!context ||
      EVP_DigestSignInit(context.get(), nullptr,
                         type() == KeyType::ed25519 ? nullptr : openssl_digest(hash), nullptr,
                         key_.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) != 1) {
    return openssl_error(ErrorKind::internal, "signature cannot be started");
  }
  Bytes signature(size);
  if (EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) != 1) {
    return openssl_error(ErrorKind::internal, "signature cannot be made");
  }
  signature.resize(size);  // DER of an ECDSA signature varies
  return signature;
}

Result<Bytes> PrivateKey::sign(BytesView message) const {
  return sign(message, default_hash(type()));
}

Result<Bytes> PrivateKey::sign_digest(const Digest& digest) const {
  if (type() == KeyType::ed25519) {
    return Error{ErrorKind::unsupported, "an Ed25519 key signs the whole message, not a digest",
                 "use an ECDSA P-256 key"};
  }
  const PkeyContextHandle context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
  const Bytes value = digest.bytes();
  std::size_t size = 0;
  if (!context || EVP_PKEY_sign_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_signature_md(context.get(), openssl_digest(digest.algorithm())) != 1 ||
      EVP_PKEY_sign(context.get(), nullptr, &size, value.data(), value.size()) != 1) {
    return openssl_error(ErrorKind::internal, "signature cannot be started");
  }
  Bytes signature(size);
  if (EVP_PKEY_sign(context.get(), signature.data(), &size, value.data(), value.size()) != 1) {
    return openssl_error(ErrorKind::internal, "signature cannot be made");
  }
  signature.resize(size);
  return signature;
}

}  // namespace mpk::crypto
