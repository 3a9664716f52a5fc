// RSASSA-PSS over EVP.
#include "crypto/rsa_pss.hpp"

#include "crypto/openssl.hpp"

#include <openssl/evp.h>
#include <openssl/rsa.h>

namespace mpk::crypto {

Result<void> verify_rsa_pss(const PublicKey& key, BytesView message, BytesView signature,
                            DigestAlgorithm hash) {
  if (key.type() != KeyType::rsa) {
    return Error{ErrorKind::unsupported,
                 "RSASSA-PSS: expected an RSA key, found " + std::string(to_string(key.type()))};
  }
  const DigestContextHandle context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;  // the context's own
  if (!context ||
      EVP_DigestVerifyInit(context.get(), &parameters, openssl_digest(hash), nullptr,
                           key.native()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
      EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_AUTO) != 1) {
    return openssl_error(ErrorKind::internal, "signature check cannot be started");
  }
  if (EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                       message.size()) != 1) {
    return openssl_error(ErrorKind::untrusted, "signature does not hold");
  }
  return {};
}

}  // namespace mpk::crypto
