// JSON Pointer (RFC 6901): pointers as text.
#pragma once

#include <string>
#include <string_view>

namespace mpk::json {

/// Goes on by a member's name or an array's index: "/" and the token, escaped (§3).
void append_step(std::string& pointer, std::string_view token);
/// The same as a new text.
std::string pointer_step(std::string_view pointer, std::string_view token);

}  // namespace mpk::json
