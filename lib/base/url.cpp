// Url: strict on the authority (credentials go there), untouched path and query (they are signed).
#include "base/url.hpp"

#include "base/ascii.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>

namespace mpk {
namespace {

Error malformed(std::string_view why) {
  // Without the text: it may hold credentials.
  return {ErrorKind::malformed, fmt::format("url {}", why)};
}

bool is_ipv6(std::string_view host) {
  if (!host.starts_with('[') || !host.ends_with(']')) return false;
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(host.substr(1, host.size() - 2)).c_str(), &address) == 1;
}

/// Names that a resolver takes; no percent-encoding and no Unicode, which clients read differently.
bool is_host(std::string_view host) {
  if (host.starts_with('[')) return is_ipv6(host);
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_';
  });
}

/// RFC 3986 §3.2.1. A '\' above all: browsers end the host there.
bool is_userinfo(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) ||
           std::string_view("-._~!$&'()*+,;=:%").find(c) != std::string_view::npos;
  });
}

/// A space or control character would break the request line.
bool is_one_word(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
}

struct HostPort {
  std::string_view host, port;
  bool has_port;
};

HostPort split_port(std::string_view text) {
  const auto from = text.starts_with('[') ? text.find(']') : 0;
  const auto colon = text.find(':', from == std::string_view::npos ? 0 : from);
  if (colon == std::string_view::npos) return {text, {}, false};
  return {text.substr(0, colon), text.substr(colon + 1), true};
}

Result<std::uint16_t> parse_port(std::string_view text) {
  const auto port = parse_u64(text);
  if (!port || *port == 0 || *port > 65535) {
    return malformed(fmt::format("has the bad port \"{}\"", printable(text, 16)));
  }
  return static_cast<std::uint16_t>(*port);
}

/// RFC 3986 §5.2.4.
std::string remove_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    // `path` starts with '/', here and after every round.
    const auto next = path.find('/', 1);
    const auto segment = path.substr(1, next == std::string_view::npos ? next : next - 1);
    const bool last = next == std::string_view::npos;
    if (segment == "..") {
      const auto slash = out.rfind('/');
      out.resize(slash == std::string::npos ? 0 : slash);
    }
    if (segment == "." || segment == "..") {
      if (last) out += '/';
    } else {
      out.append("/").append(segment);
    }
    path = last ? std::string_view() : path.substr(next);
  }
  return out.empty() ? "/" : out;
}

bool is_in_scheme(char c) { return is_letter_or_digit(c) || c == '+' || c == '-' || c == '.'; }

/// Also of what is_scheme() refuses for its first character: parse() must tell, as no relative
/// reference begins so (RFC 3986 §4.2).
bool has_scheme(std::string_view reference) {
  const auto end = reference.find_first_of(":/?#");
  if (end == std::string_view::npos || end == 0 || reference[end] != ':') return false;
  return std::ranges::all_of(reference.substr(0, end), is_in_scheme);
}

std::string encode(std::string_view text, std::string_view unreserved, bool space_as_plus) {
  std::string out;
  for (const char c : text) {
    if (is_letter_or_digit(c) || unreserved.find(c) != std::string_view::npos) {
      out += c;
    } else if (c == ' ' && space_as_plus) {
      out += '+';
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  if (!is_one_word(text)) return malformed("holds a space or a control character");
  const auto colon = text.find("://");
  if (colon == std::string_view::npos)
    return malformed("has no scheme, expected http:// or https://");
  Url url;
  url.scheme = lower_ascii(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") {
    return malformed(fmt::format("has the scheme \"{}\", expected http or https",
                                 printable(text.substr(0, colon), 32)));
  }
  text.remove_prefix(colon + 3);
  text = text.substr(0, text.find('#'));

  const auto end = text.find_first_of("/?");
  auto authority = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end);
  // The first '@' (RFC 3986 §3.2.1 allows no other): a second one fails as part of the host, where
  // clients that take the last one would connect elsewhere.
  if (const auto at = authority.find('@'); at != std::string_view::npos) {
    url.userinfo = authority.substr(0, at);
    if (!is_userinfo(url.userinfo)) return malformed("has bad characters before its '@'");
    authority.remove_prefix(at + 1);
  }
  const auto [host, port, has_port] = split_port(authority);
  if (host.empty()) return malformed("has no host");
  if (!is_host(host)) return malformed(fmt::format("has the bad host \"{}\"", printable(host, 64)));
  url.host = lower_ascii(host);
  // RFC 3986 §3.2.3: an empty port is the default one.
  if (has_port && !port.empty()) url.port = TRY(parse_port(port));

  const auto question = text.find('?');
  url.path = text.substr(0, question);
  if (url.path.empty()) url.path = "/";
  if (question != std::string_view::npos) url.query = text.substr(question + 1);
  return url;
}

Result<Url> Url::resolve(std::string_view reference) const {
  if (has_scheme(reference) || reference.starts_with("//")) {
    auto url = TRY(parse(reference.starts_with("//") ? fmt::format("{}:{}", scheme, reference)
                                                     : std::string(reference)));
    url.path = remove_dot_segments(url.path);
    return url;
  }
  if (!is_one_word(reference)) return malformed("reference holds a space or a control character");
  reference = reference.substr(0, reference.find('#'));
  Url url = *this;
  const auto question = reference.find('?');
  const auto new_path = reference.substr(0, question);
  if (question != std::string_view::npos) url.query = reference.substr(question + 1);
  if (new_path.empty()) return url;  // "?query" or "": the same path
  if (question == std::string_view::npos) url.query.clear();
  const std::string merged = new_path.starts_with('/')
                                 ? std::string(new_path)
                                 : path.substr(0, path.rfind('/') + 1).append(new_path);
  url.path = remove_dot_segments(merged);
  return url;
}

Url Url::with_query(std::string_view key, std::string_view value) const {
  Url url = *this;
  if (!url.query.empty()) url.query += '&';
  url.query.append(key).append("=").append(percent_encode(value));
  return url;
}

std::string Url::text() const {
  return fmt::format("{}://{}{}{}{}", scheme, authority(), path, query.empty() ? "" : "?", query);
}

std::string Url::redacted() const {
  std::string out = fmt::format("{}://{}{}", scheme, authority(), path);
  if (query.empty()) return printable(out);
  char separator = '?';
  for (const auto field : split(query, '&')) {
    out += separator;
    separator = '&';
    // A field without '=' may itself be a token.
    const auto equals = field.find('=');
    if (equals != std::string_view::npos) out.append(field.substr(0, equals + 1));
    out += "…";
  }
  return printable(out);
}

std::string Url::authority() const {
  if (!port || *port == (scheme == "https" ? 443 : 80)) return host;
  return fmt::format("{}:{}", host, *port);
}

std::uint16_t Url::effective_port() const {
  return port.value_or(static_cast<std::uint16_t>(scheme == "https" ? 443 : 80));
}

bool Url::same_origin(const Url& other) const {
  return scheme == other.scheme && host == other.host && effective_port() == other.effective_port();
}

bool is_scheme(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, is_in_scheme);
}

std::string percent_encode(std::string_view text, std::string_view more) {
  return encode(text, std::string("-._~").append(more), false);
}

Result<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto digits = text.substr(i + 1, 2);
    const auto byte = hex_decode(digits);
    if (digits.size() != 2 || !byte) {
      return Error{ErrorKind::malformed,
                   fmt::format("percent-encoding at offset {}: expected two hex digits", i)};
    }
    out += static_cast<char>(byte->front());
    i += 2;
  }
  return out;
}

std::string form_encode(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string out;
  for (const auto& [key, value] : fields) {
    if (!out.empty()) out += '&';
    out += encode(key, "*-._", true).append("=").append(encode(value, "*-._", true));
  }
  return out;
}

bool is_loopback_host(std::string_view host) {
  const auto [name, port, has_port] = split_port(host);
  if (has_port && !parse_port(port)) return false;
  if (iequals_ascii(name, "localhost") || name == "[::1]") return true;
  if (!is_host(name)) return false;  // a NUL would end the C string early
  in_addr address{};
  // inet_pton takes four decimal parts only; "127.1" and "0177.0.0.1" depend on who reads them.
  return inet_pton(AF_INET, std::string(name).c_str(), &address) == 1 &&
         ntohl(address.s_addr) >> 24 == 127;
}

}  // namespace mpk
