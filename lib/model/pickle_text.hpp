// The text of arguments in pickles of protocol 0, for all who read opcodes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mpk::model {

/// Of STRING: the quotes and Python's escapes of bytes (codecs.escape_decode) undone; nullopt: it
/// has no quotes, or a broken escape.
std::optional<std::string> unquoted(std::string_view line);
/// Of UNICODE: raw-unicode-escape, \uXXXX and \UXXXXXXXX only, as UTF-8.
std::string raw_unicode(std::string_view line);

}  // namespace mpk::model
