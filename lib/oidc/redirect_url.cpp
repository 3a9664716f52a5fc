// Redirect addresses: loopback only, as anything else would hand the code to another machine.
#include "oidc/redirect_url.hpp"

#include "base/text.hpp"
#include "base/url.hpp"

#include <algorithm>

namespace mpk::oidc {
namespace {

// Empty: nothing is.
std::string_view what_is_wrong(const Url& url, std::string_view text) {
  if (url.scheme != "http") return "the listener on loopback speaks http, not https";
  if (!url.userinfo.empty()) return "credentials have no place in it";
  if (url.host != "localhost" && url.host != "127.0.0.1")
    return "the browser must come back to localhost or 127.0.0.1";
  if (!url.port) return "it names no port";
  if (text.find_first_of("?#") != std::string_view::npos)
    return "a query or fragment has no place in it";
  if (url.path.find('%') != std::string::npos) return "its path must be plain, without %";
  return {};
}

struct Parts {
  std::string before, port, after;
};

// "http://localhost:" "8765" "/callback"; without a port all of it comes before.
Parts split_at_port(std::string_view text) {
  const auto authority = text.find("://");
  const auto colon =
      authority == std::string_view::npos ? authority : text.find(':', authority + 3);
  if (colon == std::string_view::npos)
    return {.before = std::string(text), .port = {}, .after = {}};
  const auto digits = text.substr(colon + 1);
  const auto path = std::min(digits.find('/'), digits.size());
  return {.before = std::string(text.substr(0, colon + 1)),
          .port = std::string(digits.substr(0, path)),
          .after = std::string(digits.substr(path))};
}

}  // namespace

std::string RedirectUrl::text(std::uint16_t bound) const {
  return before_port + std::to_string(bound) + after_port;
}

Result<RedirectUrl> parse_redirect_url(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return Error(ErrorKind::usage,
                 "--oidc-redirect-url " + printable(text, 200) + ": " + std::string(why),
                 "expected http://localhost:PORT/PATH as the client has it registered; port 0 "
                 "takes any that is free");
  };
  const auto parts = split_at_port(text);
  const bool any_port = parts.port == "0";  // which no URL to connect to may have
  const auto url = Url::parse(any_port ? parts.before + "1" + parts.after : std::string(text));
  if (!url) return refuse(url.error().message());
  if (const auto why = what_is_wrong(*url, text); !why.empty()) return refuse(why);
  return RedirectUrl{.before_port = parts.before,
                     .port = any_port ? std::uint16_t{0} : *url->port,
                     .after_port = parts.after};
}

}  // namespace mpk::oidc
