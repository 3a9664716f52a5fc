// Encoding: table-driven hex and base64; a bundle with an inline aiBOM is megabytes of it.
#include "base/encoding.hpp"

#include <fmt/core.h>

#include <array>

namespace mpk {
namespace {

using Table = std::array<std::uint8_t, 256>;

// Over every digit's value, so that the or of several look-ups shows whether one of them failed.
constexpr std::uint8_t kBad = 0x80;

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr Table reverse(std::string_view alphabet) {
  Table table{};
  for (auto& value : table) value = kBad;
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}

constexpr Table hex_values() {
  Table table = reverse(kHex);
  for (std::uint8_t i = 0; i < 6; ++i) table['A' + i] = static_cast<std::uint8_t>(10 + i);
  return table;
}

constexpr Table kHexValues = hex_values();
constexpr Table kBase64Values = reverse(kBase64);
constexpr Table kBase64UrlValues = reverse(kBase64Url);

Error bad_character(std::string_view name, std::string_view text, const Table& table) {
  std::size_t at = 0;
  while (at < text.size() && table[static_cast<std::uint8_t>(text[at])] != kBad) ++at;
  return {ErrorKind::malformed,
          fmt::format("{}: character 0x{:02x} at offset {} is not in the alphabet", name,
                      static_cast<std::uint8_t>(text[at]), at)};
}

std::string encode64(BytesView in, std::string_view alphabet, bool padding) {
  const std::size_t tail = in.size() % 3;
  std::string out(in.size() / 3 * 4 + (tail == 0 ? 0 : padding ? 4 : tail + 1), '=');
  char* to = out.data();
  std::size_t i = 0;
  for (; i + 3 <= in.size(); i += 3) {
    const std::uint32_t group =
        std::uint32_t{in[i]} << 16 | std::uint32_t{in[i + 1]} << 8 | in[i + 2];
    *to++ = alphabet[group >> 18];
    *to++ = alphabet[group >> 12 & 63];
    *to++ = alphabet[group >> 6 & 63];
    *to++ = alphabet[group & 63];
  }
  if (tail != 0) {
    const std::uint32_t group =
        std::uint32_t{in[i]} << 16 | (tail == 2 ? std::uint32_t{in[i + 1]} << 8 : 0U);
    *to++ = alphabet[group >> 18];
    *to++ = alphabet[group >> 12 & 63];
    if (tail == 2) *to = alphabet[group >> 6 & 63];
  }
  return out;
}

/// `text` without its padding.
Result<Bytes> decode64(std::string_view name, std::string_view text, const Table& table) {
  const std::size_t tail = text.size() % 4;
  if (tail == 1) {
    return Error{ErrorKind::malformed,
                 fmt::format("{}: {} digits encode no whole number of bytes", name, text.size())};
  }
  Bytes out(text.size() / 4 * 3 + (tail == 0 ? 0 : tail - 1));
  const auto* from = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto* const whole = from + (text.size() - tail);
  std::uint8_t* to = out.data();
  std::uint8_t seen = 0;
  for (; from != whole; from += 4) {
    const std::uint8_t a = table[from[0]], b = table[from[1]], c = table[from[2]],
                       d = table[from[3]];
    seen = static_cast<std::uint8_t>(seen | a | b | c | d);
    const std::uint32_t group =
        std::uint32_t{a} << 18 | std::uint32_t{b} << 12 | std::uint32_t{c} << 6 | d;
    *to++ = static_cast<std::uint8_t>(group >> 16);
    *to++ = static_cast<std::uint8_t>(group >> 8);
    *to++ = static_cast<std::uint8_t>(group);
  }
  std::uint32_t unused = 0;
  if (tail != 0) {
    const std::uint8_t a = table[from[0]], b = table[from[1]];
    const std::uint8_t c = tail == 3 ? table[from[2]] : std::uint8_t{0};
    seen = static_cast<std::uint8_t>(seen | a | b | c);
    const std::uint32_t group = std::uint32_t{a} << 12 | std::uint32_t{b} << 6 | c;
    *to++ = static_cast<std::uint8_t>(group >> 10);
    if (tail == 3) *to = static_cast<std::uint8_t>(group >> 2);
    unused = tail == 3 ? group & 3U : group & 0x3ffU;
  }
  if ((seen & kBad) != 0) return bad_character(name, text, table);
  // RFC 4648 §3.5: otherwise several texts would stand for the same bytes.
  if (unused != 0) {
    return Error{ErrorKind::malformed,
                 fmt::format("{}: the unused bits at the end are not zero", name)};
  }
  return out;
}

}  // namespace

std::string hex_encode(BytesView bytes) {
  std::string out(bytes.size() * 2, '\0');
  char* to = out.data();
  for (const std::uint8_t byte : bytes) {
    *to++ = kHex[byte >> 4];
    *to++ = kHex[byte & 15];
  }
  return out;
}

Result<Bytes> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) {
    return Error{ErrorKind::malformed,
                 fmt::format("hex: {} digits, expected an even number", text.size())};
  }
  Bytes out(text.size() / 2);
  std::uint8_t seen = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::uint8_t high = kHexValues[static_cast<std::uint8_t>(text[2 * i])];
    const std::uint8_t low = kHexValues[static_cast<std::uint8_t>(text[2 * i + 1])];
    seen = static_cast<std::uint8_t>(seen | high | low);
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  if ((seen & kBad) != 0) return bad_character("hex", text, kHexValues);
  return out;
}

bool is_lower_hex(std::string_view text) { return text.find_first_not_of(kHex) == text.npos; }

std::optional<std::uint8_t> hex_digit(char c) {
  const std::uint8_t value = kHexValues[static_cast<std::uint8_t>(c)];
  return value == kBad ? std::nullopt : std::optional(value);
}

std::string base64_encode(BytesView bytes) { return encode64(bytes, kBase64, true); }

Result<Bytes> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) {
    return Error{
        ErrorKind::malformed,
        fmt::format("base64: {} characters, expected a multiple of 4 with padding", text.size())};
  }
  // A third '=' stays and is refused as a character outside of the alphabet.
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return decode64("base64", text, kBase64Values);
}

std::string base64url_encode(BytesView bytes) { return encode64(bytes, kBase64Url, false); }

Result<Bytes> base64url_decode(std::string_view text) {
  if (text.ends_with('=')) {
    return Error{ErrorKind::malformed, "base64url: padding, expected none (RFC 7515 §2)"};
  }
  return decode64("base64url", text, kBase64UrlValues);
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto byte = [&](std::uint32_t lead, unsigned shift, std::uint32_t mask) {
    out += static_cast<char>(static_cast<std::uint8_t>(lead | (code_point >> shift & mask)));
  };
  if (code_point < 0x80) return byte(0, 0, 0x7f);
  if (code_point < 0x800) {
    byte(0xc0, 6, 0x1f);
  } else if (code_point < 0x10000) {
    byte(0xe0, 12, 0x0f);
    byte(0x80, 6, 0x3f);
  } else {
    byte(0xf0, 18, 0x07);
    byte(0x80, 12, 0x3f);
    byte(0x80, 6, 0x3f);
  }
  byte(0x80, 0, 0x3f);
}

}  // namespace mpk
