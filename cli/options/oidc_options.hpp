// Options about the identity that signs: which token, or which way to one.
#pragma once

#include "base/result.hpp"
#include "oidc/request.hpp"
#include "option_set.hpp"
#include "session.hpp"

#include <optional>
#include <string>

namespace mpk::cli {

struct OidcOptions {
  std::optional<std::string> identity_token, provider, flow, issuer, client_id, client_secret_file,
      redirect_url;
  bool disable_ambient = false;
  void add_to(OptionSet& set);
  /// Reads the files; a person is there when standard input is a terminal. usage: an unknown flow,
  /// a file that can't be read, an empty secret, a redirect address that is not loopback's.
  Result<oidc::TokenRequest> resolve(Session& session) const;
};

}  // namespace mpk::cli
