// The names of Sigstore's algorithm registry for keys that mpk makes and takes.
#pragma once

#include "crypto/key.hpp"

#include <span>
#include <string_view>

namespace mpk::keys {

struct Algorithm {
  std::string_view name;   // "ecdsa-sha2-256-nistp256", as cosign's flags have it
  std::string_view brief;  // "ecdsa-p256"
  crypto::KeyType type;
  unsigned rsa_bits = 0;
};

/// The default first.
std::span<const Algorithm> algorithms();
/// By either name; nullptr: no such algorithm.
const Algorithm* find_algorithm(std::string_view name);
/// The registry's name; empty for an RSA key of another length.
std::string_view algorithm_name(const crypto::PublicKey& key);

}  // namespace mpk::keys
