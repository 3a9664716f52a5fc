// The formats that JSON Schema's "format" asserts here. Internal to json/.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mpk::json::draft7 {

enum class Format : std::uint8_t {
  date_time,      // RFC 3339
  date,           // RFC 3339 full-date
  uri,            // RFC 3986, with a scheme
  uri_reference,  // RFC 3986
  iri_reference,  // RFC 3987
  email,          // RFC 5321 Mailbox
  idn_email,      // RFC 6531
  uuid,           // RFC 4122
};

/// Empty for a format that is not asserted.
std::optional<Format> format_by_name(std::string_view name);
std::string_view format_name(Format format);
bool has_format(std::string_view text, Format format);

}  // namespace mpk::json::draft7
