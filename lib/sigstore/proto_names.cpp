// One table for what writes entries and what checks them.
#include "sigstore/proto_names.hpp"

namespace mpk::sigstore {

std::string_view hash_output_name(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::sha256:
      return "SHA2_256";
    case DigestAlgorithm::sha384:
      return "SHA2_384";
    case DigestAlgorithm::sha512:
      return "SHA2_512";
  }
  return {};
}

std::optional<std::string> public_key_details(const crypto::PublicKey& key) {
  switch (key.type()) {
    case crypto::KeyType::ecdsa_p256:
      return "PKIX_ECDSA_P256_SHA_256";
    case crypto::KeyType::ecdsa_p384:
      return "PKIX_ECDSA_P384_SHA_384";
    case crypto::KeyType::ecdsa_p521:
      return "PKIX_ECDSA_P521_SHA_512";
    case crypto::KeyType::rsa:
      if (const int bits = key.rsa_bits(); bits == 2048 || bits == 3072 || bits == 4096)
        return "PKIX_RSA_PKCS1V15_" + std::to_string(bits) + "_SHA256";
      break;
    case crypto::KeyType::ed25519:
      break;
  }
  return std::nullopt;
}

}  // namespace mpk::sigstore
