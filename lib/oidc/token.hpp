// OIDC tokens: where they come from, and a peek at the claims (the CA verifies them, not mpk).
#pragma once

#include "base/env.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "http/transport.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mpk::oidc {

struct IdentityToken {
  std::string raw;  // the JWT; a secret
  std::string issuer, subject, email, audience;
  std::optional<bool> email_verified;
  Timestamp expires;
  std::string source;  // "--identity-token FILE", "SIGSTORE_ID_TOKEN", "GitHub Actions"
  /// What Fulcio will put into the certificate, as far as a client can tell: email, else subject.
  const std::string& identity() const { return email.empty() ? subject : email; }
};

/// White space around the JWT is dropped. usage: not a JWT, audience is not "sigstore" (hint for
/// GitLab), expired (60 s of leeway), e-mail not verified. Strict base64url and JSON.
Result<IdentityToken> read_token(std::string_view text, std::string source, Timestamp now);

/// In this order: `file` ("-": standard input is read by the caller and handed in as text), then
/// SIGSTORE_ID_TOKEN, then GitHub's ambient endpoint. usage with a hint when there is none; a path
/// that looks like a token itself is recognised and not printed.
Result<IdentityToken> find_token(const std::optional<std::string>& token_text,
                                 const std::string& source, const Env& env,
                                 http::Transport& transport, Timestamp now);

}  // namespace mpk::oidc
