// RemoteClient.
#include "oci/remote_client.hpp"

#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace mpk::oci {
namespace {

constexpr std::size_t kWarnings = 32;  // of one registry, that anybody would read

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
    case 408:
    case 425:
    case 429:
      return ErrorKind::network;
    case 413:
      return ErrorKind::too_large;
    default:
      // Any other 4xx is about the request: it would be refused again.
      return status >= 400 && status < 500 ? ErrorKind::malformed : ErrorKind::network;
  }
}

// Seconds or a date; a date is as good for a person.
std::string throttling_hint(const http::Response& response, const std::string& registry) {
  const auto wait = response.headers.get("Retry-After");
  const bool seconds = wait && parse_u64(*wait);
  return "the registry limits how often it may be asked (throttling): run the command again later" +
         (wait ? ", it says " + std::string(seconds ? "in " : "at ") + printable(*wait, 40) +
                     (seconds ? " s" : "")
               : std::string()) +
         "; many allow more after mpk login " + registry + " -u NAME";
}

std::string hint_of(int status, const std::string& registry) {
  switch (status) {
    case 401:
      return "mpk login " + registry + " -u NAME";
    case 403:
      return "this account has no right to do that here";
    case 404:
      return "check repository and tag; a private one is hidden until mpk login " + registry +
             " -u NAME";
    case 405:
    case 501:
      return "this registry does not offer that";
    case 413:
      return "the registry, or a proxy before it, limits the size of a request; its operator can "
             "raise that";
    default:
      if (status >= 300 && status < 400)
        return "it points to another place: is this the registry's own address?";
      if (status >= 400 && status < 500 && kind_of(status) == ErrorKind::malformed)
        return "the registry would refuse it again; its own words say why";
      return "the registry is in trouble or busy; run the command again";
  }
}

// distribution-spec, "Warnings": 299 - "text". Others are of caches and of no use to anybody.
std::optional<std::string> warning_text(std::string_view header) {
  constexpr std::string_view kStart = "299 - \"";
  constexpr std::size_t kShown = 500;
  header = trim(header);
  if (!header.starts_with(kStart)) return std::nullopt;
  std::string out;
  for (std::size_t at = kStart.size(); at < header.size() && header[at] != '"'; ++at) {
    if (header[at] == '\\' && at + 1 < header.size()) ++at;
    out += header[at];
  }
  return printable(out, kShown);
}

}  // namespace

Result<Url> registry_url(std::string_view registry, bool plain_http) {
  std::string host(registry == "docker.io" ? std::string_view("registry-1.docker.io") : registry);
  bool http = plain_http || is_loopback_host(host);
  auto url = Url::parse((http ? "http://" : "https://") + host);
  if (url) return url;
  return Error(ErrorKind::usage, printable(registry, 120) + " is no host of a registry",
               "write HOST or HOST:PORT, as in ghcr.io");
}

RemoteClient::RemoteClient(http::Transport& transport, Url base, std::string repository,
                           Authenticator::Lookup lookup, const Logger& logger, std::string mirrored)
    : base_(std::move(base)),
      repository_(std::move(repository)),
      mirrored_(std::move(mirrored)),
      authenticator_(transport, base_, std::move(lookup)),
      logger_(logger) {}

Url RemoteClient::url(std::string_view path) const {
  auto out = base_;
  out.path = "/v2/" + repository_ + "/" + std::string(path);
  return mirrored_.empty() ? out : out.with_query("ns", mirrored_);
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
  pass_on_warnings(response);
  return response;
}

void RemoteClient::pass_on_warnings(const http::Response& response) {
  for (const auto& header : response.headers.all("Warning")) {
    auto text = warning_text(header);
    if (!text) continue;
    {
      const std::scoped_lock lock(mutex_);
      if (warned_.size() >= kWarnings || !warned_.insert(*text).second) continue;
    }
    logger_.warning(response.url.authority() + " says: " + *text);
  }
}

Error RemoteClient::error(const http::Response& response, std::string_view what) const {
  const auto words = words_of(response);
  const auto in_brackets = words.empty() ? std::string() : " (" + words + ")";
  const auto subject = std::string(what) + ": ";
  const auto status = std::to_string(response.status);
  // What storage says of its own accounts is nothing that a login at the registry would change.
  if (!response.url.host.empty() && !response.url.same_origin(base_)) {
    const auto kind = response.status == 401 ? ErrorKind::denied : kind_of(response.status);
    return Error(kind,
                 subject + response.url.authority() + ", where " + base_.authority() +
                     " sent us, answered " + status + in_brackets,
                 "the registry's storage is in trouble; run the command again");
  }
  const auto said = response.status == 404 ? "not found at " + base_.authority() + "/" + repository_
                                           : base_.authority() + " answered " + status;
  auto hint = response.status == 429 ? throttling_hint(response, base_.authority())
                                     : hint_of(response.status, base_.authority());
  return Error(kind_of(response.status), subject + said + in_brackets, std::move(hint));
}

}  // namespace mpk::oci
