// pickle_text: the two escapes that Python's protocol 0 writes.
#include "model/pickle_text.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"

#include <cstddef>
#include <cstdint>

namespace mpk::model {
namespace {

/// `digits` hexadecimal ones at `at`; nullopt: there are fewer.
std::optional<std::uint32_t> hex_number(std::string_view text, std::size_t at, std::size_t digits) {
  if (text.size() < digits || at > text.size() - digits) return std::nullopt;
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const auto digit = hex_digit(text[at + i]);
    if (!digit) return std::nullopt;
    out = out * 16 + *digit;
  }
  return out;
}

}  // namespace

// Python's bytes escapes (codecs.escape_decode).
std::optional<std::string> unquoted(std::string_view line) {
  line = trim(line);
  if (line.size() < 2 || line.front() != line.back() || (line[0] != '\'' && line[0] != '"'))
    return std::nullopt;
  line = line.substr(1, line.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\' || i + 1 == line.size()) {
      out += line[i];
      continue;
    }
    const char next = line[++i];
    static constexpr std::string_view kFrom = "abfnrtv\\'\"", kTo = "\a\b\f\n\r\t\v\\'\"";
    if (const auto at = kFrom.find(next); at != std::string_view::npos) {
      out += kTo[at];
    } else if (next == 'x') {
      const auto code = hex_number(line, i + 1, 2);
      if (!code) return std::nullopt;
      out += static_cast<char>(*code);
      i += 2;
    } else if (next >= '0' && next <= '7') {
      unsigned code = 0;
      std::size_t digits = 0;
      while (digits < 3 && i < line.size() && line[i] >= '0' && line[i] <= '7') {
        code = code * 8 + static_cast<unsigned>(line[i++] - '0');
        ++digits;
      }
      --i;
      out += static_cast<char>(code);
    } else {
      out += '\\';
      out += next;
    }
  }
  return out;
}

// Python's raw-unicode-escape: \uXXXX and \UXXXXXXXX only.
std::string raw_unicode(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool escape = line[i] == '\\' && i + 1 < line.size() && (line[i + 1] | 0x20) == 'u';
    const std::size_t digits = escape && line[i + 1] == 'U' ? 8 : 4;
    const auto code = escape ? hex_number(line, i + 2, digits) : std::nullopt;
    if (code) {
      append_utf8(out, *code);
      i += 1 + digits;
    } else {
      append_utf8(out, static_cast<unsigned char>(line[i]));  // the rest is Latin-1
    }
  }
  return out;
}

}  // namespace mpk::model
