// Formats: RFC 3339 through Timestamp, URI and mailbox grammars by hand, all linear.
#include "json/schema_format.hpp"

#include "base/ascii.hpp"
#include "base/time.hpp"
#include "base/url.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace mpk::json::draft7 {
namespace {

constexpr std::array<std::pair<std::string_view, Format>, 8> kFormats = {{
    {"date-time", Format::date_time},
    {"date", Format::date},
    {"uri", Format::uri},
    {"uri-reference", Format::uri_reference},
    {"iri-reference", Format::iri_reference},
    {"email", Format::email},
    {"idn-email", Format::idn_email},
    {"uuid", Format::uuid},
}};

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool contains(std::string_view set, char c) { return set.find(c) != set.npos; }

/// unreserved, sub-delims, percent-encoded, and `extra`; with `wide`, ucschar (RFC 3987 §2.2) too.
bool uri_characters(std::string_view text, std::string_view extra, bool wide) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (!is_ascii(c)) {
      if (!wide) return false;
    } else if (!is_letter_or_digit(c) && !contains("-._~!$&'()*+,;=", c) && !contains(extra, c)) {
      return false;
    }
  }
  return true;
}

bool authority(std::string_view text, bool wide) {
  if (const auto at = text.rfind('@'); at != text.npos) {
    if (!uri_characters(text.substr(0, at), ":", wide)) return false;
    text.remove_prefix(at + 1);
  }
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == text.npos || close < 3 || !uri_characters(text.substr(1, close - 1), ":", false)) {
      return false;
    }
    port = text.substr(close + 1);
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    if (!uri_characters(text.substr(0, colon), "", wide)) return false;
    port = text.substr(colon);
  }
  if (port.empty()) return true;
  return port.front() == ':' && std::all_of(port.begin() + 1, port.end(), is_digit);
}

/// RFC 3986 §4.1; a colon in the first segment of a relative path is refused as the grammar does.
bool uri(std::string_view text, bool needs_scheme, bool wide) {
  const auto colon = text.find(':');
  if (colon != text.npos && colon < text.find_first_of("/?#")) {
    if (!is_scheme(text.substr(0, colon))) return false;
    text.remove_prefix(colon + 1);
  } else if (needs_scheme) {
    return false;
  }
  if (const auto hash = text.find('#'); hash != text.npos) {
    if (!uri_characters(text.substr(hash + 1), ":@/?", wide)) return false;
    text = text.substr(0, hash);
  }
  if (const auto mark = text.find('?'); mark != text.npos) {
    if (!uri_characters(text.substr(mark + 1), ":@/?", wide)) return false;
    text = text.substr(0, mark);
  }
  if (text.starts_with("//")) {
    const auto end = std::min(text.find('/', 2), text.size());
    if (!authority(text.substr(2, end - 2), wide)) return false;
    text.remove_prefix(end);
  }
  return uri_characters(text, ":@/", wide);
}

/// Dot-atom or quoted local part, host name or address literal; no comments, no folding.
bool mailbox(std::string_view text, bool wide) {
  const auto at = text.rfind('@');
  if (at == text.npos || at == 0 || at + 1 == text.size()) return false;
  const auto allowed = [&](char c, std::string_view set) {
    return is_letter_or_digit(c) || contains(set, c) || (wide && !is_ascii(c));
  };
  const auto dotted = [&](std::string_view part, std::string_view set) {
    return !part.starts_with('.') && !part.ends_with('.') && part.find("..") == part.npos &&
           std::all_of(part.begin(), part.end(),
                       [&](char c) { return c == '.' || allowed(c, set); });
  };
  const std::string_view local = text.substr(0, at), domain = text.substr(at + 1);
  const bool quoted = local.size() > 2 && local.starts_with('"') && local.ends_with('"');
  const auto printable = [&](char c) {
    return (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') || (wide && !is_ascii(c));
  };
  if (quoted ? !std::all_of(local.begin() + 1, local.end() - 1, printable)
             : !dotted(local, "!#$%&'*+-/=?^_`{|}~")) {
    return false;
  }
  if (domain.starts_with('[') && domain.ends_with(']') && domain.size() > 2) {
    return std::all_of(domain.begin() + 1, domain.end() - 1,
                       [&](char c) { return allowed(c, ".:-"); });
  }
  return dotted(domain, "-");
}

bool uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

}  // namespace

std::optional<Format> format_by_name(std::string_view name) {
  for (const auto& [known, format] : kFormats) {
    if (known == name) return format;
  }
  return std::nullopt;
}

std::string_view format_name(Format format) {
  for (const auto& [name, known] : kFormats) {
    if (known == format) return name;
  }
  return "format";
}

bool has_format(std::string_view text, Format format) {
  switch (format) {
    case Format::date_time:
      return Timestamp::parse(text).has_value();
    case Format::date:
      return text.size() == 10 && Timestamp::parse(std::string(text) + "T00:00:00Z").has_value();
    case Format::uri:
      return uri(text, true, false);
    case Format::uri_reference:
      return uri(text, false, false);
    case Format::iri_reference:
      return uri(text, false, true);
    case Format::email:
      return mailbox(text, false);
    case Format::idn_email:
      return mailbox(text, true);
    case Format::uuid:
      return uuid(text);
  }
  return false;
}

}  // namespace mpk::json::draft7
