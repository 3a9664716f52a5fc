// Registry authentication: challenges (RFC 7235), Bearer tokens, Basic, and who gets to see what.
#pragma once

#include "base/result.hpp"
#include "http/transport.hpp"
#include "oci/credentials.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::oci {

struct Challenge {
  std::string scheme;                                           // lower case
  std::vector<std::pair<std::string, std::string>> parameters;  // names lower case
  std::string parameter(std::string_view name) const;
};
/// WWW-Authenticate values: several challenges in one header or several headers, quoted strings
/// with commas and escapes.
std::vector<Challenge> parse_challenges(const std::vector<std::string>& headers);

/// Sends requests to one registry with the right Authorization header. A credential is sent only
/// to the registry's own origin and, as Basic, to the token realm that this origin named, over the
/// same or a better scheme. Tokens are cached by scope set; a 401 refreshes once. Thread-safe.
class Authenticator {
 public:
  using Lookup = std::function<Result<std::optional<Credential>>()>;
  /// `origin`: the registry's base URL. `lookup` is called at most once, on the first challenge.
  Authenticator(http::Transport& transport, Url origin, Lookup lookup);
  ~Authenticator();
  /// `scopes`: "repository:acme/llm:pull,push", … A 401 that stays becomes unauthorized with a hint
  /// to `mpk login`; a 403, and a 401 of a host that the registry redirects to, are left to the
  /// caller.
  Result<http::Response> send(http::Request request, const std::vector<std::string>& scopes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mpk::oci
