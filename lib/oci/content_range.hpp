// Content-Range of a 206 answer (RFC 9110 §14.4).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mpk::oci {

struct ContentRange {
  std::uint64_t first = 0, last = 0, total = 0;  // bytes; last is inclusive
  bool operator==(const ContentRange&) const = default;
};

/// "bytes 0-99/1234". nullopt: anything else, an unknown total ("*") and ranges that are none
/// included.
std::optional<ContentRange> parse_content_range(std::string_view header);

}  // namespace mpk::oci
