// The token endpoint: a grant becomes an identity token (RFC 6749 §3.2).
#pragma once

#include "base/result.hpp"
#include "http/transport.hpp"
#include "oidc/discovery.hpp"
#include "oidc/request.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mpk::oidc {

using Form = std::vector<std::pair<std::string, std::string>>;

/// Who asks. A public client has no secret and says its name in the form; a secret goes where the
/// issuer wants it (client_secret_basic or client_secret_post, RFC 6749 §2.3.1).
struct Client {
  std::string id;
  std::optional<std::string> secret;
};

/// POST of a form to an endpoint of the issuer.
Result<http::Response> post_form(http::Transport& transport, const std::string& who,
                                 const std::string& url, const Issuer& issuer, const Client& client,
                                 Form form);

/// The OAuth error code of an answer ("authorization_pending"), or nothing.
std::optional<std::string> oauth_error(const http::Response& response);

/// The id_token of an answer of the token endpoint; refusals with a hint for each OAuth error code
/// (RFC 6749 §5.2, RFC 8628 §3.5). malformed when there is only an access token.
Result<std::string> id_token_of(const http::Response& response);

/// The token of a log-in, read and compared: for this client, from this issuer and, when a nonce
/// was sent, with that (OpenID Connect Core §3.1.3.7; the signature may be left to TLS there, and
/// the CA checks it).
Result<IdentityToken> accept_token(const std::string& raw, const std::string& source,
                                   const Issuer& issuer, const Client& client,
                                   const std::string& nonce, Timestamp now);

}  // namespace mpk::oidc
