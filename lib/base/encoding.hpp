// Strict hex, base64 and base64url (RFC 4648): no white space, canonical padding bits, no leniency.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <string>
#include <string_view>

namespace mpk {

/// Lower case.
std::string hex_encode(BytesView bytes);
/// Lower and upper case accepted. malformed: odd length, another character.
Result<Bytes> hex_decode(std::string_view text);

/// With padding.
std::string base64_encode(BytesView bytes);
/// Padding required. malformed: white space, missing padding, non-zero trailing bits, other
/// alphabet.
Result<Bytes> base64_decode(std::string_view text);

/// Without padding.
std::string base64url_encode(BytesView bytes);
/// Padding refused (RFC 7515 §2). malformed: everything else that is not canonical.
Result<Bytes> base64url_decode(std::string_view text);

}  // namespace mpk
