// PrivateKey in encrypted PKCS#8 (RFC 5958 §3) with PBES2 (RFC 8018).
#include "crypto/key.hpp"
#include "crypto/openssl.hpp"
#include "crypto/pem.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <limits>
#include <utility>

namespace mpk::crypto {
namespace {

constexpr int kIterations = 600'000;  // OWASP's figure for PBKDF2-HMAC-SHA256
// Some seconds of work; a key file is input like any other.
constexpr std::int64_t kMaxIterations = 10'000'000;
constexpr std::int64_t kMaxScryptLanes = 16;

using SigHandle = Handle<X509_SIG, X509_SIG_free>;
using AlgorithmHandle = Handle<X509_ALGOR, X509_ALGOR_free>;
using Pbes2Handle = Handle<PBE2PARAM, PBE2PARAM_free>;
using Pbkdf2Handle = Handle<PBKDF2PARAM, PBKDF2PARAM_free>;
using ScryptHandle = Handle<SCRYPT_PARAMS, SCRYPT_PARAMS_free>;
using Pkcs8Handle = Handle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;

struct Identifier {
  int nid = NID_undef;
  const ASN1_STRING* parameters = nullptr;  // a SEQUENCE, or nothing
};

Identifier identifier_of(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* object = nullptr;
  int type = V_ASN1_UNDEF;
  const void* value = nullptr;
  X509_ALGOR_get0(&object, &type, &value, algorithm);
  return {OBJ_obj2nid(object),
          type == V_ASN1_SEQUENCE ? static_cast<const ASN1_STRING*>(value) : nullptr};
}

BytesView contents(const ASN1_STRING* text) {
  if (text == nullptr) return {};
  return {ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text))};
}

/// What cannot be read counts as over every limit.
std::int64_t integer(const ASN1_INTEGER* number) {
  std::int64_t value = 0;
  if (number == nullptr || ASN1_INTEGER_get_int64(&value, number) != 1 || value < 0) {
    ERR_clear_error();
    return std::numeric_limits<std::int64_t>::max();
  }
  return value;
}

Error unsupported_scheme(const std::string& what) {
  return Error{ErrorKind::unsupported, "private key is encrypted with " + what,
               "write it anew: openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW"};
}

Error expensive() {
  return Error{ErrorKind::too_large, "private key: deriving its key would take minutes",
               "write it anew: openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW"};
}

Result<void> check_derivation(const X509_ALGOR* algorithm) {
  const auto [nid, parameters] = identifier_of(algorithm);
  if (nid == NID_id_pbkdf2) {
    const auto pbkdf2 = decode_der<Pbkdf2Handle>(d2i_PBKDF2PARAM, contents(parameters));
    if (!pbkdf2) return openssl_error(ErrorKind::malformed, "private key: PBKDF2's parameters");
    if (integer(pbkdf2->iter) > kMaxIterations) return expensive();
    return {};
  }
  if (nid == NID_id_scrypt) {
    const auto scrypt = decode_der<ScryptHandle>(d2i_SCRYPT_PARAMS, contents(parameters));
    if (!scrypt) return openssl_error(ErrorKind::malformed, "private key: scrypt's parameters");
    // OpenSSL limits the memory of it to 32 MiB, but not how often it is filled.
    if (integer(scrypt->parallelizationParameter) > kMaxScryptLanes) return expensive();
    return {};
  }
  return unsupported_scheme("an unknown key derivation");
}

Result<void> check_scheme(const X509_ALGOR* algorithm) {
  const auto [nid, parameters] = identifier_of(algorithm);
  if (nid != NID_pbes2) return unsupported_scheme("an outdated scheme, expected PBES2");
  const auto pbes2 = decode_der<Pbes2Handle>(d2i_PBE2PARAM, contents(parameters));
  if (!pbes2) return openssl_error(ErrorKind::malformed, "private key: PBES2's parameters");
  TRY(check_derivation(pbes2->keyfunc));
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, pbes2->encryption);
  switch (OBJ_obj2nid(object)) {
    case NID_aes_128_cbc:
    case NID_aes_192_cbc:
    case NID_aes_256_cbc:
    case NID_des_ede3_cbc:
      return {};
    default:
      return unsupported_scheme("a cipher that is neither AES-CBC nor Triple DES");
  }
}

}  // namespace

Result<PrivateKey> PrivateKey::from_encrypted_pkcs8(BytesView der, std::string_view password) {
  const auto sealed = decode_der<SigHandle>(d2i_X509_SIG, der);
  if (!sealed) {
    return openssl_error(ErrorKind::malformed, "private key is not in encrypted PKCS#8");
  }
  const X509_ALGOR* algorithm = nullptr;
  X509_SIG_get0(sealed.get(), &algorithm, nullptr);
  TRY(check_scheme(algorithm));
  const Pkcs8Handle info(
      PKCS8_decrypt(sealed.get(), password.data(), static_cast<int>(password.size())));
  PkeyHandle key(info ? EVP_PKCS82PKEY(info.get()) : nullptr);
  if (!key) {
    // A wrong password passes for right padding once in 256 times: what follows is then no key.
    ERR_clear_error();
    return Error{ErrorKind::usage, "private key: wrong password"};
  }
  return wrap(std::move(key));
}

Result<std::string> PrivateKey::encrypted_pem(std::string_view password) const {
  std::array<unsigned char, 16> salt{};
  const Pkcs8Handle info(EVP_PKEY2PKCS8(key_.get()));
  if (!info || RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1) {
    return openssl_error(ErrorKind::internal, "private key cannot be encrypted");
  }
  AlgorithmHandle scheme(PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), kIterations, salt.data(),
                                           static_cast<int>(salt.size()), nullptr,
                                           NID_hmacWithSHA256));
  const SigHandle sealed(scheme ? PKCS8_set0_pbe(password.data(), static_cast<int>(password.size()),
                                                 info.get(), scheme.get())
                                : nullptr);
  if (!sealed) return openssl_error(ErrorKind::internal, "private key cannot be encrypted");
  static_cast<void>(scheme.release());  // it is a part of `sealed` now
  return write_pem("ENCRYPTED PRIVATE KEY", encode_der(i2d_X509_SIG, sealed.get()));
}

}  // namespace mpk::crypto
