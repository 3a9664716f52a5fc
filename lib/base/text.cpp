// Text: splitting, sizes for people, edit distance, and UTF-8 made safe to print.
#include "base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <numeric>

namespace mpk {
namespace {

constexpr std::string_view kSpace = " \t\n\r\f\v";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

struct Scaled {
  double value;
  std::size_t unit;
};

/// Goes to the next unit when rounding would reach `base`: "1.0 MiB", never "1024 KiB".
Scaled scale(std::uint64_t number, double base, std::size_t units) {
  Scaled s{static_cast<double>(number), 0};
  while (s.unit + 1 < units && s.value >= base - 0.5) {
    s.value /= base;
    ++s.unit;
  }
  return s;
}

/// The length of the well-formed sequence at the start of `text`, 0 if there is none
/// (Unicode 15 table 3-7: no overlong form, no surrogate, nothing over U+10FFFF).
std::size_t sequence(std::string_view text, char32_t& code) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = at(0);
  code = first;
  if (first < 0x80) return 1;
  std::size_t length = 0;
  if (first >= 0xc2 && first <= 0xdf) length = 2;
  if (first >= 0xe0 && first <= 0xef) length = 3;
  if (first >= 0xf0 && first <= 0xf4) length = 4;
  if (length == 0 || text.size() < length) return 0;
  code = first & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (at(i) & 0x3fU);
  }
  if (length == 3 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff))) return 0;
  if (length == 4 && (code < 0x10000 || code > 0x10ffff)) return 0;
  return length;
}

/// Characters that steer a terminal, reorder a line or hide in it. U+200C and U+200D stay: Persian
/// and emoji need them.
bool is_harmful(char32_t c) {
  struct Range {
    char32_t first, last;
  };
  static constexpr std::array<Range, 10> kRanges = {{
      {0x00, 0x1f},        // C0
      {0x7f, 0x9f},        // DEL, C1
      {0x61c, 0x61c},      // Arabic letter mark
      {0x200b, 0x200b},    // zero-width space
      {0x200e, 0x200f},    // left-to-right and right-to-left marks
      {0x2028, 0x202e},    // line and paragraph separators, embeddings, overrides
      {0x2060, 0x206f},    // word joiner, invisible operators, isolates, deprecated formats
      {0xfeff, 0xfeff},    // byte order mark
      {0xfff9, 0xfffb},    // interlinear annotations
      {0xe0000, 0xe007f},  // tags: whole sentences that nobody sees
  }};
  return std::ranges::any_of(kRanges, [c](Range r) { return r.first <= c && c <= r.last; });
}

std::string escape(char32_t c) {
  if (c == '\n') return "\\n";
  if (c == '\r') return "\\r";
  if (c == '\t') return "\\t";
  const auto number = static_cast<std::uint32_t>(c);
  if (c < 0x80) return fmt::format("\\x{:02x}", number);
  return c > 0xffff ? fmt::format("\\U{:08x}", number) : fmt::format("\\u{:04x}", number);
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i != 0) out += separator;
    out += parts[i];
  }
  return out;
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

bool iequals_ascii(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

Result<std::uint64_t> parse_u64(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value);
  if (code == std::errc::result_out_of_range) {
    return Error{ErrorKind::malformed,
                 fmt::format("number \"{}\" does not fit into 64 bits", printable(text, 32))};
  }
  if (code != std::errc() || stop != end) {
    return Error{ErrorKind::malformed,
                 fmt::format("number \"{}\": expected decimal digits", printable(text, 32))};
  }
  return value;
}

std::string human_size(std::uint64_t bytes) {
  static constexpr std::array kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  const auto [value, unit] = scale(bytes, 1024, kUnits.size());
  const int decimals = unit == 0 || value >= 99.95 ? 0 : 1;
  return fmt::format("{:.{}f} {}", value, decimals, kUnits[unit]);
}

std::string human_count(std::uint64_t count) {
  static constexpr std::array kUnits = {"", " K", " M", " B", " T"};
  const auto [value, unit] = scale(count, 1000, kUnits.size());
  const int decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f}{}", value, decimals, kUnits[unit]);
}

std::string human_duration(std::uint64_t seconds) {
  const auto hours = seconds / 3600, minutes = seconds / 60 % 60, rest = seconds % 60;
  if (hours != 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, rest);
  return fmt::format("{}:{:02}", minutes, rest);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string_view nearest(std::string_view word, std::span<const std::string> candidates) {
  // One slip in a short word, at most three in a long one: more is another word.
  std::size_t best = std::min<std::size_t>(1 + word.size() / 4, 3) + 1;
  std::string_view found;
  for (const auto& candidate : candidates) {
    const auto difference = candidate.size() > word.size() ? candidate.size() - word.size()
                                                           : word.size() - candidate.size();
    if (difference >= best) continue;
    const auto distance = edit_distance(word, candidate);
    // A distance of the whole word shares nothing with it.
    if (distance >= best || distance >= std::max(word.size(), candidate.size())) continue;
    best = distance;
    found = candidate;
  }
  return found;
}

bool is_valid_utf8(std::string_view text) {
  char32_t code = 0;
  while (!text.empty()) {
    // Eight ASCII characters at a time: documents are megabytes of them.
    std::uint64_t word = 0;
    while (text.size() >= sizeof word) {
      std::memcpy(&word, text.data(), sizeof word);
      if ((word & 0x8080808080808080U) != 0) break;
      text.remove_prefix(sizeof word);
    }
    if (text.empty()) break;
    const auto length = sequence(text, code);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view text, std::size_t max) {
  // Nearly all of it is that.
  const bool plain = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
  if (plain && (max == 0 || text.size() <= max)) return std::string(text);
  std::string out;
  std::size_t width = 0;      // characters in out
  std::size_t cut_bytes = 0;  // where out ends if one character must make room for "…"
  while (!text.empty()) {
    char32_t code = 0;
    const auto length = sequence(text, code);
    std::string escaped;
    if (length == 0) {
      escaped = fmt::format("\\x{:02x}", static_cast<std::uint8_t>(text.front()));
    } else if (is_harmful(code)) {
      escaped = escape(code);
    }
    const std::size_t step = std::max<std::size_t>(length, 1);
    const std::size_t grows = escaped.empty() ? 1 : escaped.size();
    if (max != 0 && width + grows > max) {
      out.resize(cut_bytes);
      return out += "…";
    }
    out += escaped.empty() ? text.substr(0, step) : std::string_view(escaped);
    width += grows;
    if (width < max) cut_bytes = out.size();
    text.remove_prefix(step);
  }
  return out;
}

}  // namespace mpk
