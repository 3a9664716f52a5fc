// Small text helpers: split, trim, human sizes, edit distance, safe printing.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mpk {

std::vector<std::string_view> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);  // ASCII white space
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string lower_ascii(std::string_view text);
bool iequals_ascii(std::string_view a, std::string_view b);

/// Decimal digits only, no sign, no white space. malformed: anything else, or over 64 bits.
Result<std::uint64_t> parse_u64(std::string_view text);

/// "512 B", "1.4 GiB" (powers of 1024).
std::string human_size(std::uint64_t bytes);
/// "8.03 B", "135 M", "980" (powers of 1000): parameter counts.
std::string human_count(std::uint64_t count);
/// "0:12", "1:02:33".
std::string human_duration(std::uint64_t seconds);

/// Levenshtein distance.
std::size_t edit_distance(std::string_view a, std::string_view b);
/// The nearest candidate if it is near enough to be a typing error, else empty.
std::string_view nearest(std::string_view word, std::span<const std::string> candidates);

bool is_valid_utf8(std::string_view text);
/// Text from outside made harmless for a terminal: control characters, bidi controls and invalid
/// UTF-8 become visible escapes (\x1b, \u202e); line breaks become \n; longer than `max` is cut
/// with "…" (0: no cut).
std::string printable(std::string_view text, std::size_t max = 0);

}  // namespace mpk
