// Identity tokens: claims read, and refused where Fulcio would refuse them.
#include "oidc/token.hpp"

#include "base/ascii.hpp"
#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace mpk::oidc {
namespace {

constexpr std::int64_t kLeewaySeconds = 60;

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

// A NumericDate may have a fraction (RFC 7519 §2).
Result<Timestamp> numeric_date(const json::Field& field) {
  const double seconds = TRY(field.number());
  constexpr double kFarAway = 1e15;  // beyond every year that Timestamp knows
  return Timestamp::from_seconds(
      static_cast<std::int64_t>(std::clamp(seconds, -kFarAway, kFarAway)));
}

Result<std::optional<Timestamp>> optional_date(const json::Field& claims, std::string_view name) {
  auto field = TRY(claims.find(name));
  if (!field) return std::optional<Timestamp>();
  return std::optional<Timestamp>(TRY(numeric_date(*field)));
}

Result<IdentityToken> read_claims(std::string_view payload, std::string_view audience) {
  auto document = TRY(json::parse(payload));
  json::Field claims(document);
  IdentityToken out;
  out.issuer = TRY(claims.string("iss"));
  out.subject = TRY(claims.optional_string("sub")).value_or("");
  out.email = TRY(claims.optional_string("email")).value_or("");
  out.email_verified = TRY(email_verified(claims));
  out.nonce = TRY(claims.optional_string("nonce")).value_or("");
  out.job_workflow = TRY(claims.optional_string("job_workflow_ref")).value_or("");
  auto list = TRY(audiences(claims));
  out.audience = join(list, ",");
  for (const auto& each : list) {
    if (each == audience) out.audience = each;
  }
  out.expires = TRY(numeric_date(TRY(claims.at("exp"))));
  out.issued = TRY(optional_date(claims, "iat"));
  out.not_before = TRY(optional_date(claims, "nbf"));
  if (out.email.empty() && out.subject.empty()) return claims.error("neither sub nor email");
  return out;
}

// RFC 7515 §4.1.1, RFC 9068 §2.1: what kind of token the header says that this is.
Result<void> check_header(std::string_view header, const std::string& source) {
  auto document = json::parse(header);
  if (!document) return not_a_token(source, "its header: " + document.error().message());
  const json::Field field(*document);
  const auto algorithm = field.string("alg");
  if (!algorithm) return not_a_token(source, "its header: " + algorithm.error().message());
  if (lower_ascii(*algorithm) == "none") {
    return Error(ErrorKind::usage, source + ": the token has no signature (alg none)",
                 "no certificate authority takes it: ask the issuer for a signed token");
  }
  const auto type = field.optional_string("typ");
  const auto kind = type && *type ? lower_ascii(**type) : std::string();
  if (kind == "at+jwt" || kind == "application/at+jwt") {
    return Error(ErrorKind::usage,
                 source + ": an access token (typ " + printable(kind, 40) + "), no identity token",
                 "of an issuer's answer take \"id_token\", not \"access_token\"");
  }
  return {};
}

std::string audience_hint(const IdentityToken& token, std::string_view audience) {
  const std::string wanted(audience);
  if (token.issuer.find("token.actions.githubusercontent.com") != std::string::npos)
    return "ask GitHub's token endpoint with &audience=" + wanted;
  if (token.issuer.find("kubernetes") != std::string::npos ||
      token.audience.find("kubernetes") != std::string::npos)
    return "mount a projected service account token with audience: " + wanted;
  return "ask the issuer for a token with audience " + wanted +
         "; in GitLab set id_tokens: SIGSTORE_ID_TOKEN: aud: " + wanted;
}

Result<void> check_times(const IdentityToken& token, Timestamp now) {
  if (token.expires.plus_seconds(kLeewaySeconds) < now) {
    return Error(ErrorKind::usage,
                 token.source + ": the token expired at " + token.expires.text() +
                     ", and this machine's clock says " + now.text(),
                 "tokens live for minutes: ask the issuer for a fresh one; if it is fresh, this "
                 "machine's clock is ahead");
  }
  for (const auto& [name, time] :
       {std::pair("iat", token.issued), std::pair("nbf", token.not_before)}) {
    if (!time || *time <= now.plus_seconds(kLeewaySeconds)) continue;
    return Error(ErrorKind::usage,
                 token.source + ": the token is from the future: " + name + " is " + time->text() +
                     ", and this machine's clock says " + now.text(),
                 "set this machine's clock (timedatectl set-ntp true); log entries and "
                 "certificates are judged by it, too");
  }
  return {};
}

Result<void> check_claims(const IdentityToken& token, Timestamp now, std::string_view audience) {
  if (token.audience != audience) {
    return Error(ErrorKind::usage,
                 token.source + ": the token is not for " + std::string(audience) + ": aud is \"" +
                     printable(token.audience, 80) + "\", expected \"" + std::string(audience) +
                     "\"",
                 audience_hint(token, audience));
  }
  TRY(check_times(token, now));
  if (!token.email.empty() && token.email_verified.has_value() && !*token.email_verified) {
    return Error(ErrorKind::usage,
                 token.source + ": the e-mail address in the token is not verified",
                 "verify " + printable(token.email, 120) + " with " + printable(token.issuer, 120));
  }
  return {};
}

}  // namespace

Result<IdentityToken> read_token(std::string_view text, std::string source, Timestamp now,
                                 std::string_view audience) {
  auto raw = trim(text);
  if (raw.size() > limits::kToken) return not_a_token(source, "it is too long");
  auto parts = split(raw, '.');
  if (raw.empty()) return not_a_token(source, "it is empty");
  if (parts.size() == 5) {
    return Error(ErrorKind::usage, source + ": an encrypted token (5 parts), expected 3",
                 "the issuer must be told to sign tokens, not to encrypt them");
  }
  if (parts.size() != 3) {
    return not_a_token(source, counted(parts.size(), "part") + ", expected 3");
  }
  for (auto part : parts) {
    if (part.empty() || !base64url_decode(part))
      return not_a_token(source, "a part is not base64url");
  }
  auto header = TRY(base64url_decode(parts[0]));
  TRY(check_header(as_text(header), source));
  auto payload = TRY(base64url_decode(parts[1]));
  auto token = read_claims(as_text(payload), audience);
  if (!token) return not_a_token(source, token.error().message());
  token->raw = std::string(raw);
  token->source = std::move(source);
  TRY(check_claims(*token, now, audience));
  return token;
}

}  // namespace mpk::oidc
