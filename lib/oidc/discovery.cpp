// Discovery documents.
#include "oidc/discovery.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "oidc/ask.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::oidc {
namespace {

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

bool has(const std::vector<std::string>& list, const char* word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

Result<Issuer> read(const json::Field& document) {
  Issuer out;
  out.url = TRY(document.string("issuer"));
  out.authorization = TRY(document.optional_string("authorization_endpoint")).value_or("");
  out.token = TRY(document.string("token_endpoint"));
  out.device = TRY(document.optional_string("device_authorization_endpoint")).value_or("");
  // Without the member it is client_secret_basic alone (§3).
  const auto methods = TRY(document.optional_strings("token_endpoint_auth_methods_supported"));
  out.secret_in_header = has(methods, "client_secret_basic") || !has(methods, "client_secret_post");
  out.answers_with_iss =
      TRY(document.optional_boolean("authorization_response_iss_parameter_supported"))
          .value_or(false);
  return out;
}

}  // namespace

Result<Issuer> discover(http::Transport& transport, const std::string& issuer) {
  TRY(check_address("OIDC issuer", issuer));
  const auto who = "OIDC issuer " + printable(issuer, 200);
  const auto response = TRY(ask(
      transport, {.who = who, .url = without_slash(issuer) + "/.well-known/openid-configuration"}));
  if (response.status != 200) {
    return refusal(who, response,
                   "is that an OIDC issuer's URL? it must serve "
                   "/.well-known/openid-configuration");
  }
  const auto document = TRY(json::parse(response.body, {.max_bytes = limits::kToken}).with(who));
  auto out = TRY(read(json::Field(document)).with(who));
  if (without_slash(out.url) != without_slash(issuer)) {
    return Error(ErrorKind::malformed,
                 who + ": its document is another issuer's, " + printable(out.url, 200),
                 "give --oidc-issuer as the issuer itself writes it");
  }
  TRY(check_address(who + ": token_endpoint", out.token));
  if (!out.authorization.empty())
    TRY(check_address(who + ": authorization_endpoint", out.authorization));
  if (!out.device.empty()) TRY(check_address(who + ": device_authorization_endpoint", out.device));
  return out;
}

}  // namespace mpk::oidc
