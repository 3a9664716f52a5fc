// scrypt over OpenSSL's EVP_KDF.
#include "crypto/scrypt.hpp"

#include "crypto/openssl.hpp"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>
#include <string>

namespace mpk::crypto {
namespace {

using KdfHandle = Handle<EVP_KDF, EVP_KDF_free>;
using KdfContextHandle = Handle<EVP_KDF_CTX, EVP_KDF_CTX_free>;

}  // namespace

Result<Bytes> scrypt(std::string_view password, BytesView salt, const ScryptParameters& parameters,
                     std::size_t size) {
  const KdfHandle kdf(EVP_KDF_fetch(nullptr, "SCRYPT", nullptr));
  const KdfContextHandle context(kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr);
  if (!context) return openssl_error(ErrorKind::internal, "scrypt cannot be started");
  std::string secret(password);
  Bytes salt_copy(salt.begin(), salt.end());
  std::uint64_t n = parameters.n;
  std::uint32_t r = parameters.r;
  std::uint32_t p = parameters.p;
  // OpenSSL's own limit of 32 MiB refuses n = 65536; what it counts is 128 r (n + p + 2) bytes.
  std::uint64_t memory = std::uint64_t{128} * r * (n + p + 2) + (std::uint64_t{1} << 20);
  const std::array<OSSL_PARAM, 7> settings = {
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, secret.data(), secret.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt_copy.data(), salt_copy.size()),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
      OSSL_PARAM_construct_end()};
  Bytes key(size);
  const bool derived = EVP_KDF_derive(context.get(), key.data(), key.size(), settings.data()) == 1;
  OPENSSL_cleanse(secret.data(), secret.size());
  if (!derived) return openssl_error(ErrorKind::internal, "scrypt failed");
  return key;
}

}  // namespace mpk::crypto
