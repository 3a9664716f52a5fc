// Authenticator: one place that decides who sees which credential.
#include "oci/remote_auth.hpp"

#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <mutex>

namespace mpk::oci {
namespace {

std::string basic(const Credential& credential) {
  return "Basic " + base64_encode(as_bytes(credential.username + ":" + credential.password));
}

std::string scope_key(std::vector<std::string> scopes) {
  std::sort(scopes.begin(), scopes.end());
  return join(scopes, " ");
}

const Challenge* find_scheme(const std::vector<Challenge>& challenges, std::string_view scheme) {
  for (const auto& challenge : challenges) {
    if (challenge.scheme == scheme) return &challenge;
  }
  return nullptr;
}

// RFC 6750 §3.1.
bool wants_more(const http::Response& response) {
  const auto challenges = parse_challenges(response.headers.all("WWW-Authenticate"));
  const auto* bearer = find_scheme(challenges, "bearer");
  return bearer != nullptr && bearer->parameter("error") == "insufficient_scope";
}

// distribution-spec, token authentication: "token" or "access_token".
Result<std::string> read_token(const http::Response& response) {
  auto document = TRY(json::parse(response.body).with("token answer"));
  json::Field root(document);
  for (const auto* name : {"token", "access_token"}) {
    auto token = TRY(root.optional_string(name));
    if (token && !token->empty()) return *token;
  }
  return Error(ErrorKind::malformed, "token answer: neither token nor access_token");
}

}  // namespace

struct Authenticator::Impl {
  http::Transport& transport;
  Url origin;
  Lookup lookup;
  std::mutex mutex;
  bool looked_up = false;
  std::optional<Credential> credential;
  bool basic_accepted = false;
  std::map<std::string, std::string> tokens;  // by scope set

  Impl(http::Transport& t, Url o, Lookup l)
      : transport(t), origin(std::move(o)), lookup(std::move(l)) {}

  Result<std::optional<Credential>> find_credential_once() {
    std::scoped_lock lock(mutex);
    if (!looked_up) {
      credential = TRY(lookup());
      looked_up = true;
    }
    return credential;
  }

  std::optional<std::string> known_authorization(const std::string& scopes) {
    std::scoped_lock lock(mutex);
    if (basic_accepted && credential) return basic(*credential);
    auto token = tokens.find(scopes);
    if (token == tokens.end()) return std::nullopt;
    return "Bearer " + token->second;
  }

  Result<Url> realm_url(const Challenge& challenge) const {
    auto realm = Url::parse(challenge.parameter("realm"));
    if (!realm) {
      return Error(ErrorKind::malformed,
                   origin.authority() + ": the Bearer challenge names no realm that is a URL");
    }
    // Another host may well be named (Docker Hub, GitLab); only one that is as safe.
    const bool local = is_loopback_host(origin.host) && is_loopback_host(realm->host);
    if (origin.scheme == "https" && realm->scheme != "https" && !local) {
      return Error(ErrorKind::denied,
                   origin.authority() + ": its token realm is " + realm->redacted() + ", not https",
                   "no credential is sent over plain HTTP for a registry that uses TLS");
    }
    return realm;
  }

  Result<http::Response> refresh_grant(const Url& realm, const Challenge& challenge,
                                       const std::vector<std::string>& scopes,
                                       const std::string& refresh_token) {
    http::TextSource body(form_encode({{"grant_type", "refresh_token"},
                                       {"client_id", "mpk"},
                                       {"service", challenge.parameter("service")},
                                       {"scope", join(scopes, " ")},
                                       {"refresh_token", refresh_token}}));
    http::Request request;
    request.method = "POST";
    request.url = realm;
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = &body;
    request.redirects = http::Redirects::none;  // the body is the secret
    request.response_cap = limits::kApiResponse;
    return transport.send(request);
  }

  Result<http::Response> token_get(const Url& realm, const Challenge& challenge,
                                   const std::vector<std::string>& scopes,
                                   const std::optional<Credential>& found) {
    http::Request request;
    request.url = realm;
    if (auto service = challenge.parameter("service"); !service.empty())
      request.url = request.url.with_query("service", service);
    for (const auto& scope : scopes) request.url = request.url.with_query("scope", scope);
    if (found && found->identity_token.empty()) request.headers.set("Authorization", basic(*found));
    request.response_cap = limits::kApiResponse;
    return transport.send(request);
  }

  Result<std::string> fetch_token(const Challenge& challenge,
                                  const std::vector<std::string>& scopes) {
    auto realm = TRY(realm_url(challenge));
    auto found = TRY(find_credential_once());
    std::optional<http::Response> response;
    if (found && !found->identity_token.empty()) {
      response = TRY(refresh_grant(realm, challenge, scopes, found->identity_token));
      if (response->status == 404 || response->status == 405) response.reset();
    }
    if (!response) response = TRY(token_get(realm, challenge, scopes, found));
    if (response->status == 401 || response->status == 403) {
      return Error(ErrorKind::unauthorized,
                   origin.authority() + ": " +
                       (found ? "the credential is not accepted" : "a login is needed"),
                   "mpk login " + origin.authority() + " -u NAME");
    }
    if (response->status != 200) {
      return Error(ErrorKind::network,
                   realm.redacted() + " answered " + std::to_string(response->status),
                   "the registry's token service is in trouble; run the command again");
    }
    return read_token(*response);
  }

  Result<std::string> answer(const http::Response& response,
                             const std::vector<std::string>& scopes) {
    auto challenges = parse_challenges(response.headers.all("WWW-Authenticate"));
    if (const auto* bearer = find_scheme(challenges, "bearer"); bearer != nullptr) {
      auto wanted = scopes;
      // What the registry asks for is what it will check.
      if (auto scope = bearer->parameter("scope"); !scope.empty()) {
        for (auto part : split(scope, ' ')) {
          if (std::find(wanted.begin(), wanted.end(), part) == wanted.end())
            wanted.emplace_back(part);
        }
      }
      auto token = TRY(fetch_token(*bearer, wanted));
      std::scoped_lock lock(mutex);
      tokens[scope_key(scopes)] = token;
      return "Bearer " + token;
    }
    if (find_scheme(challenges, "basic") != nullptr) {
      auto found = TRY(find_credential_once());
      if (found && found->identity_token.empty()) {
        std::scoped_lock lock(mutex);
        basic_accepted = true;
        return basic(*found);
      }
    }
    return Error(ErrorKind::unauthorized, origin.authority() + ": a login is needed",
                 "mpk login " + origin.authority() + " -u NAME");
  }
};

Authenticator::Authenticator(http::Transport& transport, Url origin, Lookup lookup)
    : impl_(std::make_unique<Impl>(transport, std::move(origin), std::move(lookup))) {}
Authenticator::~Authenticator() = default;

Result<http::Response> Authenticator::send(http::Request request,
                                           const std::vector<std::string>& scopes) {
  // An upload session may live on another host: that host never sees the registry's credential.
  if (!request.url.same_origin(impl_->origin)) return impl_->transport.send(request);
  auto known = impl_->known_authorization(scope_key(scopes));
  if (known) request.headers.set("Authorization", *known);
  auto response = TRY(impl_->transport.send(request));
  // A challenge counts only from the registry itself: the hosts it redirects to would get, for the
  // asking, what is meant for it.
  const auto challenged = [&] {
    return response.status == 401 && response.url.same_origin(impl_->origin);
  };
  if (!challenged()) return response;
  // Once more where the registry says only now what a token has to be good for.
  for (unsigned answers = 0; answers < 2 && challenged(); ++answers) {
    if (answers > 0 && !wants_more(response)) break;
    auto authorization = TRY(impl_->answer(response, scopes));
    if (known && authorization == *known) {
      return Error(ErrorKind::unauthorized,
                   impl_->origin.authority() + ": the credential is not accepted",
                   "mpk login " + impl_->origin.authority() + " -u NAME");
    }
    known = authorization;
    request.headers.set("Authorization", std::move(authorization));
    if (request.body != nullptr) TRY(request.body->rewind());
    response = TRY(impl_->transport.send(request));
  }
  if (challenged()) {
    return Error(
        ErrorKind::unauthorized,
        impl_->origin.authority() + ": access to this repository is not allowed",
        "does this account have the right? mpk login " + impl_->origin.authority() + " -u NAME");
  }
  return response;
}

}  // namespace mpk::oci
