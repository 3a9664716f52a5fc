// Strict hex, base64 and base64url (RFC 4648): no white space, canonical padding bits, no leniency.
// And UTF-8 of a code point.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mpk {

/// Lower case.
std::string hex_encode(BytesView bytes);
/// Lower and upper case accepted. malformed: odd length, another character.
Result<Bytes> hex_decode(std::string_view text);
/// Whether there are lower-case digits only; also of nothing.
bool is_lower_hex(std::string_view text);
/// The value of one digit, lower or upper case; nullopt: it is none.
std::optional<std::uint8_t> hex_digit(char c);

/// With padding.
std::string base64_encode(BytesView bytes);
/// Padding required. malformed: white space, missing padding, non-zero trailing bits, other
/// alphabet.
Result<Bytes> base64_decode(std::string_view text);

/// Without padding.
std::string base64url_encode(BytesView bytes);
/// Padding refused (RFC 7515 §2). malformed: everything else that is not canonical.
Result<Bytes> base64url_decode(std::string_view text);

/// RFC 3629 §3, of its low 21 bits; that of a surrogate is no valid UTF-8.
void append_utf8(std::string& out, std::uint32_t code_point);

}  // namespace mpk
