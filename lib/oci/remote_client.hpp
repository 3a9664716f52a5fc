// RemoteClient: requests to one repository: URLs, scopes, errors in the registry's own words.
#pragma once

#include "base/log.hpp"
#include "http/transport.hpp"
#include "oci/reference.hpp"
#include "oci/remote_auth.hpp"

#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::oci {

enum class Access { pull, push, remove };

/// Thread-safe.
class RemoteClient {
 public:
  /// `mirrored`: the registry of which this one is a mirror; named in every request (`?ns=`), for
  /// those that serve several (containerd's hosts.md).
  RemoteClient(http::Transport& transport, Url base, std::string repository,
               Authenticator::Lookup lookup, const Logger& logger, std::string mirrored = {});

  const Url& base() const { return base_; }
  const std::string& repository() const { return repository_; }
  /// "/v2/<repository>/<path>"
  Url url(std::string_view path) const;
  http::Request request(std::string method, Url url) const;
  Result<http::Response> send(http::Request request, Access access,
                              const std::vector<std::string>& also = {});
  /// An Error for a status that is no success; `what` names the thing: "manifest 1.0". A request
  /// that is refused as wrong (400, 409, 422, …) is malformed: it would be refused again.
  Error error(const http::Response& response, std::string_view what) const;

 private:
  void pass_on_warnings(const http::Response& response);

  Url base_;
  std::string repository_, mirrored_;
  Authenticator authenticator_;
  Logger logger_;
  std::mutex mutex_;
  std::set<std::string> warned_;
};

/// http for loopback hosts and with `plain_http`, else https; docker.io's API host. usage: no host
/// that a URL can have.
Result<Url> registry_url(std::string_view registry, bool plain_http);

}  // namespace mpk::oci
