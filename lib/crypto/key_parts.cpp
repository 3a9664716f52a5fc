// Keys and signatures in parts, by OpenSSL's encoders.
#include "crypto/key_parts.hpp"

#include "crypto/openssl.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace mpk::crypto {
namespace {

constexpr std::size_t kLongestRaw = 132;  // two numbers of 521 bits

using SigHandle = Handle<X509_SIG, X509_SIG_free>;
using EcdsaSigHandle = Handle<ECDSA_SIG, ECDSA_SIG_free>;
using SpkiHandle = Handle<X509_PUBKEY, X509_PUBKEY_free>;
using ParamBuilderHandle = Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using ParamsHandle = Handle<OSSL_PARAM, OSSL_PARAM_free>;

int nid_of(DigestAlgorithm algorithm) { return EVP_MD_get_type(openssl_digest(algorithm)); }

/// PKCS#11 2.40 §2.3.3 wraps the point; some modules do not.
Bytes unwrapped(BytesView point) {
  const auto text = decode_der<OctetStringHandle>(d2i_ASN1_OCTET_STRING, point);
  ERR_clear_error();
  if (!text) return {point.begin(), point.end()};
  const unsigned char* data = ASN1_STRING_get0_data(text.get());
  return {data, data + ASN1_STRING_length(text.get())};
}

/// The names for the curve of Ed25519: its object identifier (RFC 8410), and the PrintableString
/// of PKCS#11 3.0 §2.3.5.
bool is_ed25519(BytesView parameters) {
  constexpr std::array<std::uint8_t, 5> kObject = {0x06, 0x03, 0x2b, 0x65, 0x70};
  constexpr std::string_view kName =
      "\x13\x0c"
      "edwards25519";
  return std::ranges::equal(parameters, kObject) || as_text(parameters) == kName;
}

Result<PublicKey> from_algorithm(ASN1_OBJECT* algorithm, int type, ObjectHandle parameter,
                                 BytesView key) {
  const SpkiHandle spki(X509_PUBKEY_new());
  auto* copy = static_cast<unsigned char*>(OPENSSL_memdup(key.data(), key.size()));
  if (!spki || copy == nullptr ||
      X509_PUBKEY_set0_param(spki.get(), algorithm, type, parameter.get(), copy,
                             static_cast<int>(key.size())) != 1) {
    OPENSSL_free(copy);
    return openssl_error(ErrorKind::internal, "public key cannot be put together");
  }
  static_cast<void>(parameter.release());  // a part of `spki` now
  const Bytes der = encode_der(i2d_X509_PUBKEY, spki.get());
  return PublicKey::from_spki(der);
}

}  // namespace

Bytes digest_info(const Digest& digest) {
  const SigHandle info(X509_SIG_new());
  X509_ALGOR* algorithm = nullptr;
  ASN1_OCTET_STRING* value = nullptr;
  if (!info) throw std::bad_alloc();
  X509_SIG_getm(info.get(), &algorithm, &value);
  const Bytes bytes = digest.bytes();
  // RFC 8017 §A.2.4: the parameters are NULL and present.
  if (X509_ALGOR_set0(algorithm, OBJ_nid2obj(nid_of(digest.algorithm())), V_ASN1_NULL, nullptr) !=
          1 ||
      ASN1_OCTET_STRING_set(value, bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::bad_alloc();
  }
  return encode_der(i2d_X509_SIG, info.get());
}

Result<Bytes> ecdsa_der(BytesView raw) {
  if (raw.empty() || raw.size() % 2 != 0 || raw.size() > kLongestRaw) {
    return Error{ErrorKind::malformed,
                 "ECDSA signature: expected two numbers of one length, found " +
                     std::to_string(raw.size()) + " bytes"};
  }
  const int half = static_cast<int>(raw.size() / 2);
  BnHandle r(BN_bin2bn(raw.data(), half, nullptr));
  BnHandle s(BN_bin2bn(raw.data() + half, half, nullptr));
  const EcdsaSigHandle signature(ECDSA_SIG_new());
  if (!r || !s || !signature || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) {
    return openssl_error(ErrorKind::internal, "ECDSA signature cannot be encoded");
  }
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  return encode_der(i2d_ECDSA_SIG, signature.get());
}

namespace {

Result<PublicKey> key_of_point(BytesView parameters, const Bytes& key) {
  if (is_ed25519(parameters)) {
    return from_algorithm(OBJ_nid2obj(NID_ED25519), V_ASN1_UNDEF, nullptr, key);
  }
  ObjectHandle curve = decode_der<ObjectHandle>(d2i_ASN1_OBJECT, parameters);
  if (!curve) {
    ERR_clear_error();
    return Error{ErrorKind::unsupported, "public key is on a curve without a name"};
  }
  return from_algorithm(OBJ_nid2obj(NID_X9_62_id_ecPublicKey), V_ASN1_OBJECT, std::move(curve),
                        key);
}

}  // namespace

// As it stands first: one bare point in 256 looks like a wrapped one, as both begin with 04.
Result<PublicKey> public_key_from_point(BytesView parameters, BytesView point) {
  auto bare = key_of_point(parameters, Bytes(point.begin(), point.end()));
  return bare ? bare : key_of_point(parameters, unwrapped(point));
}

Result<PublicKey> public_key_from_rsa(BytesView modulus, BytesView exponent) {
  const BnHandle n(BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr));
  const BnHandle e(BN_bin2bn(exponent.data(), static_cast<int>(exponent.size()), nullptr));
  const ParamBuilderHandle builder(OSSL_PARAM_BLD_new());
  const PkeyContextHandle context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  if (!n || !e || !builder || !context ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return openssl_error(ErrorKind::internal, "RSA key cannot be put together");
  }
  const ParamsHandle parts(OSSL_PARAM_BLD_to_param(builder.get()));
  EVP_PKEY* raw = nullptr;
  if (!parts || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_PUBLIC_KEY, parts.get()) != 1) {
    return openssl_error(ErrorKind::malformed, "RSA key cannot be put together");
  }
  const PkeyHandle key(raw);
  return PublicKey::from_spki(encode_der(i2d_PUBKEY, key.get()));
}

}  // namespace mpk::crypto
