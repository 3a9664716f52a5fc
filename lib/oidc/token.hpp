// Identity tokens: a peek at the claims, and what can be known wrong before anything is sent (the
// CA verifies them, not mpk).
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mpk::oidc {

/// Whom a token must be for when nobody says otherwise; also the client id of browser log-ins.
inline constexpr std::string_view kSigstore = "sigstore";

struct IdentityToken {
  std::string raw;  // the JWT; a secret
  std::string issuer, subject, email, audience;
  std::optional<bool> email_verified;
  Timestamp expires;
  std::optional<Timestamp> issued, not_before;
  std::string nonce;         // empty: none
  std::string job_workflow;  // GitHub's job_workflow_ref, "OWNER/REPO/PATH@REF"; empty: none
  std::string source;        // "--identity-token FILE", "SIGSTORE_ID_TOKEN", "GitHub Actions"
  /// What Fulcio will put into the certificate, as far as a client can tell: email, else subject.
  const std::string& identity() const { return email.empty() ? subject : email; }
};

/// White space around the JWT is dropped. usage, each with a hint: no JWT, an access token or one
/// without a signature, not for `audience` (RFC 7519 §4.1.3), expired or from the future (both with
/// 60 s of leeway and both clocks in the message), e-mail not verified. Strict base64url and JSON.
Result<IdentityToken> read_token(std::string_view text, std::string source, Timestamp now,
                                 std::string_view audience = kSigstore);

}  // namespace mpk::oidc
