// Content-Range.
#include "oci/content_range.hpp"

#include "base/text.hpp"

namespace mpk::oci {

std::optional<ContentRange> parse_content_range(std::string_view header) {
  constexpr std::string_view kUnit = "bytes";  // range units are case-insensitive (§14.1)
  header = trim(header);
  if (!iequals_ascii(header.substr(0, kUnit.size()), kUnit)) return std::nullopt;
  header.remove_prefix(kUnit.size());
  if (!header.starts_with(' ')) return std::nullopt;
  header = trim(header);
  const auto dash = header.find('-');
  const auto slash = header.find('/');
  if (dash == header.npos || slash == header.npos || dash > slash) return std::nullopt;
  const auto first = parse_u64(header.substr(0, dash));
  const auto last = parse_u64(header.substr(dash + 1, slash - dash - 1));
  const auto total = parse_u64(header.substr(slash + 1));
  if (!first || !last || !total || *first > *last || *last >= *total) return std::nullopt;
  return ContentRange{.first = *first, .last = *last, .total = *total};
}

}  // namespace mpk::oci
