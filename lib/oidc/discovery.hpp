// Discovery: an issuer's endpoints (OpenID Connect Discovery 1.0).
#pragma once

#include "base/result.hpp"
#include "http/transport.hpp"

#include <string>

namespace mpk::oidc {

struct Issuer {
  std::string url;  // as the token's iss will say
  std::string authorization, token;
  std::string device;             // empty: no device flow (RFC 8628 §4)
  bool secret_in_header = true;   // client_secret_basic, else client_secret_post
  bool answers_with_iss = false;  // RFC 9207
};

/// GET {issuer}/.well-known/openid-configuration. Every address must be https, or http on loopback,
/// and the document's issuer the one that was asked for (§4.3). usage, network, malformed.
Result<Issuer> discover(http::Transport& transport, const std::string& issuer);

}  // namespace mpk::oidc
