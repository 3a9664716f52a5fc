// Log-ins: the ways to an identity token that go through an OIDC issuer.
#pragma once

#include "oidc/discovery.hpp"
#include "oidc/request.hpp"
#include "oidc/token_endpoint.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace mpk::oidc {

/// All that a log-in needs; non-owning.
struct Login {
  const Surroundings& around;
  const TokenRequest& request;
  Issuer issuer;
  Client client;
};

/// Authorization code with PKCE by a browser of this machine, which comes back to
/// http://localhost:PORT/auth/callback (RFC 8252 §7.3; the listener is on 127.0.0.1). Prints the
/// address always. timeout, cancelled, unauthorized, untrusted.
Result<IdentityToken> login_by_browser(const Login& login);

/// A code to enter on any device (RFC 8628). The same errors.
Result<IdentityToken> login_by_device(const Login& login);

/// The browser shows a code, which the user types in (urn:ietf:wg:oauth:2.0:oob).
Result<IdentityToken> login_by_paste(const Login& login);

/// No person: the client is the identity (RFC 6749 §4.4). usage without a secret.
Result<IdentityToken> login_as_client(const Login& login);

/// The address that starts a code flow.
struct LoginSecrets;
Result<std::string> authorization_url(const Login& login, const LoginSecrets& secrets,
                                      const std::string& redirect);
/// A code becomes a token.
Result<IdentityToken> redeem(const Login& login, const LoginSecrets& secrets,
                             const std::string& code, const std::string& redirect,
                             const std::string& source);
/// Sleeps in steps that see a Ctrl-C.
Result<void> wait_a_while(const Surroundings& around, std::chrono::milliseconds time);

}  // namespace mpk::oidc
