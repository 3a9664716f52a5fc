// Url: parse, resolve, redact (RFC 3986; http and https only).
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk {

struct Url {
  std::string scheme;    // "http" | "https", lower case
  std::string userinfo;  // as written; never printed
  std::string host;      // lower case; an IPv6 literal keeps its brackets
  std::optional<std::uint16_t> port;
  std::string path;   // as written, at least "/"
  std::string query;  // as written, without '?'; never decoded

  /// A fragment is dropped. malformed: another scheme, no host, control characters, a bad port.
  static Result<Url> parse(std::string_view text);
  /// A Location header against this URL (RFC 3986 §5.2): absolute, scheme-relative, absolute path
  /// or relative. The query stays as written.
  Result<Url> resolve(std::string_view reference) const;
  /// Adds "key=value" (value percent-encoded) after the existing query.
  Url with_query(std::string_view key, std::string_view value) const;

  /// For requests: without userinfo.
  std::string text() const;
  /// For people and logs: without userinfo, query values replaced by "…".
  std::string redacted() const;
  /// host or host:port as written, the default port left out.
  std::string authority() const;
  std::uint16_t effective_port() const;
  /// Same scheme, host and effective port: the border that no credential crosses.
  bool same_origin(const Url& other) const;
};

/// RFC 3986 §3.1, without the ':'.
bool is_scheme(std::string_view text);
/// RFC 3986 unreserved characters stay, and those of `more`.
std::string percent_encode(std::string_view text, std::string_view more = {});
Result<std::string> percent_decode(std::string_view text);
/// application/x-www-form-urlencoded.
std::string form_encode(const std::vector<std::pair<std::string, std::string>>& fields);

/// localhost, 127.0.0.0/8, [::1], with or without a port.
bool is_loopback_host(std::string_view host);

}  // namespace mpk
