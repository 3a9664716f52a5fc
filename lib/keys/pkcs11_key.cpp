// Keys in PKCS#11 tokens.
#include "keys/pkcs11_key.hpp"

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "crypto/certificate.hpp"
#include "crypto/hash.hpp"
#include "crypto/key_parts.hpp"
#include "keys/key_file.hpp"
#include "keys/pkcs11_session.hpp"
#include "keys/pkcs11_uri.hpp"

#include <p11-kit/pkcs11.h>

#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace mpk::keys {
namespace {

using Like = Pkcs11Session::Like;
using MaybeKey = std::optional<crypto::PublicKey>;

class TokenKey final : public SigningKey {
 public:
  TokenKey(std::unique_ptr<Pkcs11Session> session, CK_OBJECT_HANDLE object,
           crypto::PublicKey public_key, std::string source)
      : session_(std::move(session)),
        object_(object),
        public_key_(std::move(public_key)),
        source_(std::move(source)) {}

  const crypto::PublicKey& public_key() const override { return public_key_; }
  const std::string& source() const override { return source_; }

  Result<Bytes> sign_digest(const Digest& digest) override {
    const std::scoped_lock lock(mutex_);
    Bytes signature;
    switch (public_key_.type()) {
      case crypto::KeyType::ed25519:
        return Error{ErrorKind::unsupported, "an Ed25519 key signs the whole message, not a digest",
                     "use an ECDSA P-256 key"};
      case crypto::KeyType::rsa:
        signature = TRY(session_->sign(object_, CKM_RSA_PKCS, crypto::digest_info(digest)));
        break;
      default: {
        const Bytes raw = TRY(session_->sign(object_, CKM_ECDSA, digest.bytes()));
        signature = TRY(crypto::ecdsa_der(raw));
      }
    }
    TRY(check(public_key_.verify_digest(digest, signature)));
    return signature;
  }

  Result<Bytes> sign(BytesView message) override {
    if (public_key_.type() != crypto::KeyType::ed25519) {
      return sign_digest(crypto::hash(crypto::default_hash(public_key_.type()), message));
    }
    const std::scoped_lock lock(mutex_);
    Bytes signature = TRY(session_->sign(object_, CKM_EDDSA, message));
    TRY(check(public_key_.verify(message, signature)));
    return signature;
  }

 private:
  /// The public key was found by its id: nothing but this says that it is the right one.
  Result<void> check(const Result<void>& outcome) const {
    if (outcome) return {};
    return Error{ErrorKind::mismatch,
                 source_ + ": the signature does not hold with the token's public key",
                 "another public key or certificate in the token has the same id or label"};
  }

  std::mutex mutex_;
  std::unique_ptr<Pkcs11Session> session_;
  CK_OBJECT_HANDLE object_;
  crypto::PublicKey public_key_;
  std::string source_;
};

/// Of a public or private key object; nothing: the object does not show its public numbers.
Result<MaybeKey> key_of_object(Pkcs11Session& session, CK_OBJECT_HANDLE object) {
  if (session.number(object, CKA_KEY_TYPE) == CKK_RSA) {
    const Bytes modulus = session.attribute(object, CKA_MODULUS);
    const Bytes exponent = session.attribute(object, CKA_PUBLIC_EXPONENT);
    if (modulus.empty() || exponent.empty()) return MaybeKey();
    return MaybeKey(TRY(crypto::public_key_from_rsa(modulus, exponent)));
  }
  const Bytes point = session.attribute(object, CKA_EC_POINT);
  const Bytes curve = session.attribute(object, CKA_EC_PARAMS);
  if (!point.empty() && !curve.empty()) {
    return MaybeKey(TRY(crypto::public_key_from_point(curve, point)));
  }
  const Bytes spki = session.attribute(object, CKA_PUBLIC_KEY_INFO);  // PKCS#11 2.40 §4.9
  if (spki.empty()) return MaybeKey();
  return MaybeKey(TRY(crypto::PublicKey::from_spki(spki)));
}

/// The public key that public objects like this show; nothing: there is none.
Result<MaybeKey> public_object(Pkcs11Session& session, const Like& like,
                               const std::string& source) {
  MaybeKey found;
  const auto take = [&](crypto::PublicKey key) -> Result<void> {
    if (found && !(*found == key)) {
      return Error{ErrorKind::usage, source + ": names more than one key", "add id=… to the URI"};
    }
    found = std::move(key);
    return {};
  };
  const auto keys = TRY(session.find(CKO_PUBLIC_KEY, like));
  for (const auto object : keys) {
    if (auto key = TRY(key_of_object(session, object))) TRY(take(std::move(*key)));
  }
  if (found) return found;
  const auto certificates = TRY(session.find(CKO_CERTIFICATE, like));
  for (const auto object : certificates) {
    const Bytes der = session.attribute(object, CKA_VALUE);
    if (der.empty()) continue;
    const auto certificate = TRY(crypto::Certificate::from_der(der));
    TRY(take(TRY(certificate.public_key())));
  }
  return found;
}

Result<CK_OBJECT_HANDLE> private_object(Pkcs11Session& session, const std::string& source) {
  const auto objects = TRY(session.find(CKO_PRIVATE_KEY, session.wanted()));
  if (objects.size() == 1) return objects.front();
  return Error{
      ErrorKind::usage,
      source + (objects.empty() ? ": the token has no such private key"
                                : ": names more than one private key"),
      objects.empty() ? "p11tool --login --list-privkeys shows them" : "add id=… to the URI"};
}

Result<crypto::PublicKey> other_half(Pkcs11Session& session, CK_OBJECT_HANDLE object,
                                     const std::string& source) {
  // PKCS#11 2.40 §4.6: the id is what ties private key, public key and certificate together.
  const Like same{{}, session.attribute(object, CKA_ID)};
  if (!same.id.empty()) {
    if (auto key = TRY(public_object(session, same, source))) return std::move(*key);
  }
  if (auto key = TRY(key_of_object(session, object))) return std::move(*key);
  const Like alike{session.attribute(object, CKA_LABEL), {}};
  if (same.id.empty() && !alike.label.empty()) {
    if (auto key = TRY(public_object(session, alike, source))) return std::move(*key);
  }
  return Error{ErrorKind::unsupported,
               source + ": the token has neither the public key nor a certificate of this key",
               "store the public key or the certificate with the same id beside it"};
}

}  // namespace

Result<std::unique_ptr<SigningKey>> open_pkcs11_key(const std::string& source,
                                                    const KeyAccess& access) {
  const Pkcs11Uri uri = TRY(Pkcs11Uri::parse(source));
  auto session = TRY(Pkcs11Session::open(uri, access));
  TRY(session->login(access));
  const CK_OBJECT_HANDLE object = TRY(private_object(*session, uri.description()));
  crypto::PublicKey half = TRY(other_half(*session, object, uri.description()));
  TRY(check_algorithm(half).with(uri.description()));
  return std::make_unique<TokenKey>(std::move(session), object, std::move(half), uri.description());
}

Result<crypto::PublicKey> open_pkcs11_public_key(const std::string& source,
                                                 const KeyAccess& access) {
  const Pkcs11Uri uri = TRY(Pkcs11Uri::parse(source));
  auto session = TRY(Pkcs11Session::open(uri, access));
  if (auto key = TRY(public_object(*session, session->wanted(), uri.description()))) {
    return std::move(*key);
  }
  TRY(session->login(access));
  const CK_OBJECT_HANDLE object = TRY(private_object(*session, uri.description()));
  return other_half(*session, object, uri.description());
}

}  // namespace mpk::keys
