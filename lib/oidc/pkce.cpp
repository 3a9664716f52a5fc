// The secrets of one log-in.
#include "oidc/pkce.hpp"

#include "base/encoding.hpp"
#include "crypto/hash.hpp"

namespace mpk::oidc {

std::string pkce_challenge(std::string_view verifier) {
  return base64url_encode(crypto::sha256(verifier).bytes());
}

LoginSecrets make_login_secrets(crypto::Random& random) {
  constexpr std::size_t kSize = 32;
  LoginSecrets out;
  out.verifier = base64url_encode(random.bytes(kSize));
  out.challenge = pkce_challenge(out.verifier);
  out.state = base64url_encode(random.bytes(kSize));
  out.nonce = base64url_encode(random.bytes(kSize));
  return out;
}

}  // namespace mpk::oidc
