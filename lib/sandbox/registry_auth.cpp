// Basic (RFC 7617) and the token flow of the distribution project (its spec/auth/token.md).
#include "sandbox/registry_auth.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "crypto/random.hpp"
#include "json/value.hpp"
#include "sandbox/registry_answer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <vector>

namespace mpk::sandbox {
namespace {

constexpr std::string_view kCredentials = "mpk:sandbox";
constexpr unsigned kTokenSeconds = 300;

/// What follows the scheme in Authorization.
std::optional<std::string> credentials(const http::ServerRequest& request,
                                       std::string_view scheme) {
  const auto header = request.headers.get("Authorization");
  if (!header || header->size() <= scheme.size() || (*header)[scheme.size()] != ' ' ||
      !iequals_ascii(header->substr(0, scheme.size()), scheme)) {
    return std::nullopt;
  }
  return header->substr(scheme.size() + 1);
}

bool has_password(const http::ServerRequest& request) {
  const auto basic = credentials(request, "Basic");
  return basic && *basic == base64_encode(as_bytes(kCredentials));
}

std::string needed_action(const std::string& method) {
  if (method == "GET" || method == "HEAD") return "pull";
  return "push";
}

/// All values of `scope`, each of which may hold several.
std::vector<std::string> asked_scopes(std::string_view query) {
  std::vector<std::string> scopes;
  for (const auto field : split(query, '&')) {
    constexpr std::string_view kScope = "scope=";
    if (!field.starts_with(kScope)) continue;
    std::string spaced(field.substr(kScope.size()));
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    const auto decoded = percent_decode(spaced).value_or(spaced);
    for (const auto scope : split(decoded, ' ')) scopes.emplace_back(scope);
  }
  return scopes;
}

http::ServerResponse unauthorized(const RegistrySwitches& switches, const Route& route,
                                  const http::ServerRequest& request, bool token_too_narrow) {
  auto response = refusal(401, "UNAUTHORIZED", "authentication required");
  if (switches.bearer_auth) {
    const auto host = request.headers.get("Host").value_or("127.0.0.1");
    std::string challenge = "Bearer realm=\"http://" + host + "/token\",service=\"mpk-sandbox\"";
    if (!route.repository.empty()) {
      const auto* actions = needed_action(request.method) == "pull" ? "pull" : "pull,push";
      challenge += ",scope=\"repository:" + route.repository + ":" + actions + "\"";
    }
    if (token_too_narrow) challenge += ",error=\"insufficient_scope\"";
    response.headers.add("WWW-Authenticate", challenge);
  }
  if (switches.basic_auth) response.headers.add("WWW-Authenticate", "Basic realm=\"mpk-sandbox\"");
  return response;
}

}  // namespace

const RegistryAuth::Grants* RegistryAuth::grants_of(const http::ServerRequest& request) const {
  const auto bearer = credentials(request, "Bearer");
  const auto found = bearer ? tokens_.find(*bearer) : tokens_.end();
  return found == tokens_.end() ? nullptr : &found->second;
}

std::optional<http::ServerResponse> RegistryAuth::refuse(const RegistrySwitches& switches,
                                                         const Route& route,
                                                         const http::ServerRequest& request) const {
  if (!switches.basic_auth && !switches.bearer_auth) return std::nullopt;
  if (switches.basic_auth && has_password(request)) return std::nullopt;
  bool known = false;
  if (switches.bearer_auth) {
    const std::lock_guard lock(mutex_);
    const auto* grants = grants_of(request);
    known = grants != nullptr;
    if (known && (route.repository.empty() ||
                  grants->contains(route.repository + ":" + needed_action(request.method)))) {
      return std::nullopt;
    }
  }
  return unauthorized(switches, route, request, known);
}

bool RegistryAuth::may_pull(const RegistrySwitches& switches, const http::ServerRequest& request,
                            const std::string& repository) const {
  if (!switches.bearer_auth || (switches.basic_auth && has_password(request))) return true;
  const std::lock_guard lock(mutex_);
  const auto* grants = grants_of(request);
  return grants != nullptr && grants->contains(repository + ":pull");
}

http::ServerResponse RegistryAuth::token(const http::ServerRequest& request) {
  // The oauth2 form (POST) is optional; clients go back to GET.
  if (request.method != "GET") return refusal(405, "UNSUPPORTED", "only GET");
  const bool known = has_password(request);
  if (!known && request.headers.get("Authorization")) {
    return refusal(401, "UNAUTHORIZED", "wrong user or password");
  }
  Grants grants;
  for (const auto& scope : asked_scopes(request.query)) {
    const auto first = scope.find(':');
    const auto last = scope.rfind(':');
    if (first == last || scope.substr(0, first) != "repository") continue;
    const auto repository = scope.substr(first + 1, last - first - 1);
    for (const auto action : split(std::string_view(scope).substr(last + 1), ',')) {
      if (known || action == "pull") grants.insert(repository + ":" + std::string(action));
    }
  }
  const auto token = hex_encode(crypto::SystemRandom().bytes(32));
  const std::lock_guard lock(mutex_);
  tokens_.emplace(token, std::move(grants));
  http::ServerResponse response;
  Json body;
  body["token"] = body["access_token"] = token;
  body["expires_in"] = kTokenSeconds;
  response.body = json::compact(body);
  return response;
}

}  // namespace mpk::sandbox
