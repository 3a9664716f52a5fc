// Pkce: the secrets of one log-in: code verifier and challenge (RFC 7636), state and nonce.
#pragma once

#include "crypto/random.hpp"

#include <string>
#include <string_view>

namespace mpk::oidc {

struct LoginSecrets {
  std::string verifier, challenge;  // S256
  std::string state, nonce;
};

/// 256 bits each.
LoginSecrets make_login_secrets(crypto::Random& random);
/// BASE64URL(SHA256(verifier)), RFC 7636 §4.2.
std::string pkce_challenge(std::string_view verifier);

}  // namespace mpk::oidc
