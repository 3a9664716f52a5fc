// Pages of the OIDC issuer for log-ins: authorize, device, fault; and reading grants.
#pragma once

#include "http/server.hpp"
#include "sandbox/oidc_logins.hpp"

#include <optional>
#include <string>

namespace mpk::sandbox {

/// /auth, /device/code, /device and /fault, as services.hpp says; nothing: another page.
std::optional<http::ServerResponse> login_page(OidcLogins& logins, const std::string& issuer,
                                               const http::ServerRequest& request);

/// What the form of a POST /token is good for. Errors as OidcLogins', invalid_client,
/// unsupported_grant_type and invalid_request besides.
Result<OidcGrant> redeem_grant(OidcLogins& logins, const std::string& issuer,
                               const http::ServerRequest& request);

/// {"error":…,"error_description":…}, 401 for invalid_client, else 400 (RFC 6749 §5.2).
http::ServerResponse oauth_error(const Error& error);
/// A proxy's page, as it comes between.
http::ServerResponse error_page();

/// The secret of every client of the sandbox.
inline constexpr const char* kClientSecret = "sandbox-secret";

}  // namespace mpk::sandbox
