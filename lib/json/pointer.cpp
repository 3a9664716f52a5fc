// JSON Pointer: '~' and '/' in a token are written as ~0 and ~1 (RFC 6901 §3).
#include "json/pointer.hpp"

namespace mpk::json {

void append_step(std::string& pointer, std::string_view token) {
  pointer += '/';
  for (const char c : token) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

std::string pointer_step(std::string_view pointer, std::string_view token) {
  std::string out(pointer);
  append_step(out, token);
  return out;
}

}  // namespace mpk::json
