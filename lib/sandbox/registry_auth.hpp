// Who may do what in the registry: Basic credentials, or tokens of its own realm.
#pragma once

#include "http/server.hpp"
#include "sandbox/registry.hpp"
#include "sandbox/registry_route.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace mpk::sandbox {

/// Thread-safe. With Basic and Bearer switched on, either will do.
class RegistryAuth {
 public:
  /// The answer 401 for a request that is not allowed.
  std::optional<http::ServerResponse> refuse(const RegistrySwitches& switches, const Route& route,
                                             const http::ServerRequest& request) const;
  /// Whether the request's token, if tokens are asked for at all, allows to pull from `repository`.
  bool may_pull(const RegistrySwitches& switches, const http::ServerRequest& request,
                const std::string& repository) const;
  /// GET /token: with the credentials whatever is asked for, without any only pull.
  http::ServerResponse token(const http::ServerRequest& request);

 private:
  /// "name:action"
  using Grants = std::set<std::string>;
  const Grants* grants_of(const http::ServerRequest& request) const;
  mutable std::mutex mutex_;
  std::map<std::string, Grants> tokens_;
};

}  // namespace mpk::sandbox
