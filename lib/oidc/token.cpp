// OIDC tokens: a peek at the claims, and where tokens come from.
#include "oidc/token.hpp"

#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <nlohmann/json.hpp>

namespace mpk::oidc {
namespace {

constexpr std::int64_t kLeewaySeconds = 60;
constexpr std::string_view kAudience = "sigstore";

Error not_a_token(const std::string& source, std::string_view why) {
  return Error(ErrorKind::usage, source + ": not an OIDC token: " + std::string(why),
               "expected three base64url parts joined by dots, as an OIDC issuer hands them out");
}

// RFC 7519 §4.1.3: one text or a list.
Result<std::vector<std::string>> audiences(const json::Field& claims) {
  auto field = TRY(claims.at("aud"));
  if (field.is_string()) return std::vector<std::string>{TRY(field.string())};
  std::vector<std::string> out;
  for (const auto& item : TRY(field.items())) out.push_back(TRY(item.string()));
  return out;
}

// Some issuers write the boolean as text.
Result<std::optional<bool>> email_verified(const json::Field& claims) {
  auto field = TRY(claims.find("email_verified"));
  if (!field) return std::optional<bool>();
  if (field->is_string()) return std::optional<bool>(TRY(field->string()) == "true");
  return std::optional<bool>(TRY(field->boolean()));
}

Result<IdentityToken> read_claims(std::string_view payload) {
  auto document = TRY(json::parse(payload));
  json::Field claims(document);
  IdentityToken out;
  out.issuer = TRY(claims.string("iss"));
  out.subject = TRY(claims.optional_string("sub")).value_or("");
  out.email = TRY(claims.optional_string("email")).value_or("");
  out.email_verified = TRY(email_verified(claims));
  auto list = TRY(audiences(claims));
  out.audience = join(list, ",");
  for (const auto& each : list) {
    if (each == kAudience) out.audience = each;
  }
  // NumericDate may have a fraction (RFC 7519 §2).
  out.expires =
      Timestamp::from_seconds(static_cast<std::int64_t>(TRY(TRY(claims.at("exp")).number())));
  if (out.email.empty() && out.subject.empty()) return claims.error("neither sub nor email");
  return out;
}

Result<void> check_claims(const IdentityToken& token, Timestamp now) {
  if (token.audience != kAudience)
    return Error(ErrorKind::usage,
                 token.source + ": the token is not for sigstore: aud is \"" +
                     printable(token.audience, 80) + "\", expected \"sigstore\"",
                 "in GitLab set id_tokens: SIGSTORE_ID_TOKEN: aud: sigstore");
  if (token.expires.plus_seconds(kLeewaySeconds) < now)
    return Error(ErrorKind::usage, token.source + ": the token expired at " + token.expires.text(),
                 "tokens live for minutes: ask the issuer for a fresh one");
  if (!token.email.empty() && token.email_verified.has_value() && !*token.email_verified)
    return Error(ErrorKind::usage,
                 token.source + ": the e-mail address in the token is not verified",
                 "verify " + printable(token.email, 120) + " with " + printable(token.issuer, 120));
  return {};
}

Result<IdentityToken> github_token(const Env& env, http::Transport& transport, Timestamp now) {
  auto secret = env.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
  auto address = env.get("ACTIONS_ID_TOKEN_REQUEST_URL");
  if (!secret || !address)
    return Error(ErrorKind::usage, "GitHub Actions gives this job no identity",
                 "add to the job: permissions: id-token: write");
  http::Request request;
  request.url = TRY(Url::parse(*address)).with_query("audience", kAudience);
  request.headers.set("Authorization", "bearer " + *secret);
  request.response_cap = limits::kToken;
  request.redirects = http::Redirects::none;  // the answer is a secret
  auto response = TRY(transport.send(request).with("GitHub's token endpoint"));
  if (response.status != 200)
    return Error(ErrorKind::network,
                 "GitHub's token endpoint answered " + std::to_string(response.status));
  auto document = TRY(json::parse(response.body).with("GitHub's token endpoint"));
  return read_token(TRY(json::Field(document).string("value")), "GitHub Actions", now);
}

}  // namespace

Result<IdentityToken> read_token(std::string_view text, std::string source, Timestamp now) {
  auto raw = trim(text);
  if (raw.size() > limits::kToken) return not_a_token(source, "it is too long");
  auto parts = split(raw, '.');
  if (raw.empty()) return not_a_token(source, "it is empty");
  if (parts.size() != 3)
    return not_a_token(source, std::to_string(parts.size()) +
                                   (parts.size() == 1 ? " part" : " parts") + ", expected 3");
  for (auto part : parts) {
    if (part.empty() || !base64url_decode(part))
      return not_a_token(source, "a part is not base64url");
  }
  auto payload = TRY(base64url_decode(parts[1]));
  auto token = read_claims(as_text(payload));
  if (!token) return not_a_token(source, token.error().message());
  token->raw = std::string(raw);
  token->source = std::move(source);
  TRY(check_claims(*token, now));
  return token;
}

Result<IdentityToken> find_token(const std::optional<std::string>& token_text,
                                 const std::string& source, const Env& env,
                                 http::Transport& transport, Timestamp now) {
  if (token_text) return read_token(*token_text, source, now);
  if (auto value = env.get("SIGSTORE_ID_TOKEN"))
    return read_token(*value, "SIGSTORE_ID_TOKEN", now);
  if (env.get("ACTIONS_ID_TOKEN_REQUEST_URL") || env.get("GITHUB_ACTIONS"))
    return github_token(env, transport, now);
  return Error(
      ErrorKind::usage, "there is no identity to sign with",
      "give a token with --identity-token FILE or in SIGSTORE_ID_TOKEN; try it out with mpk "
      "sandbox run -- …");
}

}  // namespace mpk::oidc
