// RemoteClient.
#include "oci/remote_client.hpp"

#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <nlohmann/json.hpp>

namespace mpk::oci {
namespace {

// distribution-spec, error codes: {"errors":[{"code","message","detail"}]}; or any page of a proxy.
std::string words_of(const http::Response& response) {
  auto document = json::parse(response.body);
  if (!document) return {};
  auto errors = json::Field(*document).optional_items("errors");
  if (!errors || errors->empty()) return {};
  auto code = errors->front().optional_string("code");
  auto message = errors->front().optional_string("message");
  std::string out = code && *code ? printable(**code, 60) : std::string();
  if (message && *message && !(*message)->empty())
    out += (out.empty() ? "" : ": ") + printable(**message, 200);
  return out;
}

ErrorKind kind_of(int status) {
  switch (status) {
    case 401:
      return ErrorKind::unauthorized;
    case 403:
      return ErrorKind::denied;
    case 404:
      return ErrorKind::not_found;
    case 405:
    case 501:
      return ErrorKind::unsupported;
    case 413:
      return ErrorKind::too_large;
    default:
      return status >= 500 || status == 429 ? ErrorKind::network : ErrorKind::denied;
  }
}

}  // namespace

Result<Url> registry_url(std::string_view registry, bool plain_http) {
  std::string host(registry == "docker.io" ? std::string_view("registry-1.docker.io") : registry);
  bool http = plain_http || is_loopback_host(host);
  return Url::parse((http ? "http://" : "https://") + host);
}

RemoteClient::RemoteClient(http::Transport& transport, Url base, std::string repository,
                           Authenticator::Lookup lookup, const Logger& logger)
    : base_(base),
      repository_(std::move(repository)),
      authenticator_(transport, base, std::move(lookup)),
      logger_(logger) {}

Url RemoteClient::url(std::string_view path) const {
  auto out = base_;
  out.path = "/v2/" + repository_ + "/" + std::string(path);
  return out;
}

http::Request RemoteClient::request(std::string method, Url url) const {
  http::Request out;
  out.method = std::move(method);
  out.url = std::move(url);
  return out;
}

Result<http::Response> RemoteClient::send(http::Request request, Access access,
                                          const std::vector<std::string>& also) {
  const char* actions = access == Access::pull   ? "pull"
                        : access == Access::push ? "pull,push"
                                                 : "delete,pull,push";
  std::vector<std::string> scopes = {"repository:" + repository_ + ":" + actions};
  scopes.insert(scopes.end(), also.begin(), also.end());
  auto response = TRY(authenticator_.send(std::move(request), scopes));
  for (const auto& warning : response.headers.all("Warning"))
    logger_.info(base_.authority() + " says: " + printable(warning, 200));
  return response;
}

Error RemoteClient::error(const http::Response& response, std::string_view what) const {
  auto words = words_of(response);
  auto kind = kind_of(response.status);
  auto message = std::string(what) + ": " + base_.authority() + " answered " +
                 std::to_string(response.status) + (words.empty() ? "" : " (" + words + ")");
  std::string hint;
  if (kind == ErrorKind::not_found) {
    message = std::string(what) + ": not found at " + base_.authority() + "/" + repository_;
    if (!words.empty()) message += " (" + words + ")";
  }
  if (kind == ErrorKind::denied && response.status == 403)
    hint = "this account has no right to do that here";
  if (kind == ErrorKind::network)
    hint = "the registry is in trouble or busy; run the command again";
  return Error(kind, std::move(message), std::move(hint));
}

}  // namespace mpk::oci
