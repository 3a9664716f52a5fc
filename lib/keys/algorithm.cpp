// The table of algorithms (sigstore/architecture-docs, algorithm-registry.md).
#include "keys/algorithm.hpp"

#include <array>

namespace mpk::keys {
namespace {

using crypto::KeyType;

constexpr std::array kAlgorithms = {
    Algorithm{"ecdsa-sha2-256-nistp256", "ecdsa-p256", KeyType::ecdsa_p256},
    Algorithm{"ecdsa-sha2-384-nistp384", "ecdsa-p384", KeyType::ecdsa_p384},
    Algorithm{"ecdsa-sha2-512-nistp521", "ecdsa-p521", KeyType::ecdsa_p521},
    Algorithm{"rsa-sign-pkcs1-2048-sha256", "rsa-2048", KeyType::rsa, 2048},
    Algorithm{"rsa-sign-pkcs1-3072-sha256", "rsa-3072", KeyType::rsa, 3072},
    Algorithm{"rsa-sign-pkcs1-4096-sha256", "rsa-4096", KeyType::rsa, 4096},
    Algorithm{"ed25519", "ed25519", KeyType::ed25519},
};

}  // namespace

std::span<const Algorithm> algorithms() { return kAlgorithms; }

const Algorithm* find_algorithm(std::string_view name) {
  for (const Algorithm& algorithm : kAlgorithms) {
    if (algorithm.name == name || algorithm.brief == name) return &algorithm;
  }
  return nullptr;
}

std::string_view algorithm_name(const crypto::PublicKey& key) {
  for (const Algorithm& algorithm : kAlgorithms) {
    if (algorithm.type != key.type()) continue;
    if (static_cast<int>(algorithm.rsa_bits) == key.rsa_bits()) return algorithm.name;
  }
  return {};
}

}  // namespace mpk::keys
