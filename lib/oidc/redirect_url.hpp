// The address on this machine that a browser comes back to after a log-in (RFC 8252 §7.3).
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace mpk::oidc {

struct RedirectUrl {
  /// "localhost", as issuers have it registered for public clients.
  std::string before_port = "http://localhost:";
  std::uint16_t port = 0;  // 0: any that is free
  std::string after_port = "/auth/callback";
  /// As the issuer gets it: letter by letter what was given, issuers compare it so.
  std::string text(std::uint16_t bound) const;
  /// What the browser will ask for.
  std::string path() const { return after_port.empty() ? "/" : after_port; }
};

/// usage, with a hint: no URL, https, another host than localhost or 127.0.0.1 (where the listener
/// is), no port, credentials, a query, a fragment, a percent-encoded path.
Result<RedirectUrl> parse_redirect_url(std::string_view text);

}  // namespace mpk::oidc
