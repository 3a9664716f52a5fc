// Invisible characters, by ranges of Unicode 15.
#include "agent/invisible.hpp"

#include "base/text.hpp"
#include "json/pointer.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace mpk::agent {
namespace {

struct Range {
  char32_t first, last;
};

constexpr std::array<Range, 19> kInvisible = {{
    {0x00, 0x08},        // C0 but for tab and line breaks
    {0x0b, 0x0c},        //
    {0x0e, 0x1f},        //
    {0x7f, 0x9f},        // DEL, C1
    {0xad, 0xad},        // soft hyphen
    {0x34f, 0x34f},      // combining grapheme joiner
    {0x61c, 0x61c},      // Arabic letter mark
    {0x115f, 0x1160},    // Hangul fillers
    {0x17b4, 0x17b5},    // Khmer inherent vowels
    {0x180b, 0x180f},    // Mongolian selectors and vowel separator
    {0x200b, 0x200b},    // zero-width space
    {0x200e, 0x200f},    // left-to-right and right-to-left marks
    {0x2028, 0x202e},    // separators, embeddings, overrides
    {0x2060, 0x206f},    // word joiner, invisible operators, isolates
    {0x3164, 0x3164},    // Hangul filler
    {0xfe00, 0xfe0d},    // variation selectors but for text and emoji style
    {0xfeff, 0xfeff},    // byte order mark
    {0xfff9, 0xfffb},    // interlinear annotations
    {0xe0000, 0xe0fff},  // tags and the selectors that carry bytes
}};

bool is_invisible(char32_t c) {
  return std::any_of(kInvisible.begin(), kInvisible.end(),
                     [c](Range range) { return range.first <= c && c <= range.last; });
}

// Of valid UTF-8, which the parser has proven.
char32_t next(std::string_view& text) {
  const auto first = static_cast<std::uint8_t>(text.front());
  std::size_t length = 1;
  if (first >= 0xc0) length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  char32_t code = length == 1 ? first : first & (0x7fU >> length);
  for (std::size_t i = 1; i < length && i < text.size(); ++i)
    code = code << 6 | (static_cast<std::uint8_t>(text[i]) & 0x3fU);
  text.remove_prefix(std::min(length, text.size()));
  return code;
}

void note(std::string_view text, const std::string& pointer, std::size_t max,
          std::vector<std::string>& out) {
  if (out.size() >= max) return;
  const auto found = invisible_characters(text);
  if (!found.empty()) out.push_back((pointer.empty() ? "/" : pointer) + ": " + join(found, ", "));
}

void look(const Json& value, std::string& pointer, std::size_t max, std::vector<std::string>& out) {
  if (value.is_string()) note(value.get_ref<const std::string&>(), pointer, max, out);
  const auto size = pointer.size();
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      json::append_step(pointer, key);
      note(key, pointer, max, out);
      look(member, pointer, max, out);
      pointer.resize(size);
    }
  }
  if (!value.is_array()) return;
  for (std::size_t i = 0; i < value.size(); ++i) {
    json::append_step(pointer, std::to_string(i));
    look(value[i], pointer, max, out);
    pointer.resize(size);
  }
}

}  // namespace

std::vector<std::string> invisible_characters(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty() && out.size() < 8) {
    const char32_t c = next(text);
    if (!is_invisible(c)) continue;
    auto name = fmt::format("U+{:04X}", static_cast<std::uint32_t>(c));
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(std::move(name));
  }
  return out;
}

std::vector<std::string> invisible_places(const Json& document, std::size_t max) {
  std::vector<std::string> out;
  std::string pointer;
  look(document, pointer, max, out);
  return out;
}

}  // namespace mpk::agent
