// Grants and answers of the token endpoint.
#include "oidc/token_endpoint.hpp"

#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "oidc/ask.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace mpk::oidc {
namespace {

constexpr const char* kWho = "the issuer's token endpoint";

struct Hint {
  std::string_view code, text;
};
constexpr Hint kHints[] = {
    {"invalid_grant",
     "the code was used before, is too old, or belongs to another log-in: log in again"},
    {"invalid_client", "check --oidc-client-id and --oidc-client-secret-file"},
    {"unauthorized_client",
     "the issuer does not let this --oidc-client-id log in that way: try "
     "another --oidc-flow"},
    {"unsupported_grant_type", "the issuer does not offer that way: try another --oidc-flow"},
    {"access_denied", "the log-in was refused in the browser: run the command again"},
    {"expired_token", "nobody entered the code in time: run the command again"},
};

std::string hint_of(std::string_view code) {
  for (const auto& hint : kHints) {
    if (hint.code == code) return std::string(hint.text);
  }
  return {};
}

}  // namespace

std::optional<std::string> oauth_error(const http::Response& response) {
  const auto document = json::parse(response.body, {.max_bytes = limits::kToken});
  if (!document) return std::nullopt;
  const auto code = json::Field(*document).optional_string("error");
  return code ? *code : std::nullopt;
}

Result<http::Response> post_form(http::Transport& transport, const std::string& who,
                                 const std::string& url, const Issuer& issuer, const Client& client,
                                 Form form) {
  Question question{.who = who,
                    .method = "POST",
                    .url = url,
                    .headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                                {"Accept", "application/json"}},
                    .idempotent = false};
  if (client.secret && issuer.secret_in_header) {
    // Both are form-encoded before they are joined.
    question.headers.set("Authorization",
                         "Basic " + base64_encode(as_bytes(percent_encode(client.id) + ":" +
                                                           percent_encode(*client.secret))));
  } else {
    form.emplace_back("client_id", client.id);
    if (client.secret) form.emplace_back("client_secret", *client.secret);
  }
  question.body = form_encode(form);
  return ask(transport, question);
}

Result<std::string> id_token_of(const http::Response& response) {
  const auto code = oauth_error(response);
  // Some issuers answer 200 with an error in it.
  if (code) {
    auto error = refusal(kWho, response, hint_of(*code));
    const bool denied = *code == "access_denied" || *code == "invalid_client";
    return std::move(error).with_kind(denied                     ? ErrorKind::unauthorized
                                      : *code == "expired_token" ? ErrorKind::timeout
                                                                 : ErrorKind::denied);
  }
  if (response.status != 200) return refusal(kWho, response);
  const auto document = TRY(json::parse(response.body, {.max_bytes = limits::kToken}).with(kWho));
  const json::Field answer(document);
  const auto token = TRY(answer.optional_string("id_token").with(kWho));
  if (token && !token->empty()) return *token;
  const auto access = TRY(answer.optional_string("access_token").with(kWho));
  return Error(ErrorKind::malformed,
               std::string(kWho) + " gave " +
                   (access ? "an access token and no identity token" : "no identity token"),
               "the client needs the scope openid; not every issuer gives identity tokens that "
               "way");
}

Result<IdentityToken> accept_token(const std::string& raw, const std::string& source,
                                   const Issuer& issuer, const Client& client,
                                   const std::string& nonce, Timestamp now) {
  auto token = TRY(read_token(raw, source, now, client.id));
  if (token.issuer != issuer.url) {
    return Error(ErrorKind::untrusted,
                 source + ": the token says it is from " + printable(token.issuer, 200) +
                     ", the log-in was with " + printable(issuer.url, 200),
                 "give --oidc-issuer as the issuer itself writes it");
  }
  if (!nonce.empty() && token.nonce != nonce) {
    return Error(ErrorKind::untrusted, source + ": the token's nonce is not the one of this log-in",
                 "somebody may have put another log-in's answer into this one: run the command "
                 "again");
  }
  return token;
}

}  // namespace mpk::oidc
