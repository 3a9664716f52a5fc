// OLPC canonical JSON (http://wiki.laptop.org/go/Canonical_JSON).
#include "tuf/canonical.hpp"

#include <nlohmann/json.hpp>

namespace mpk::tuf {
namespace {

void append_string(std::string& out, const std::string& text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

// The depth was capped when the text was parsed.
Result<void> append(std::string& out, const Json& value) {
  if (value.is_object()) {
    out += '{';
    const char* separator = "";
    for (const auto& [key, member] : value.items()) {  // sorted: Json keeps keys in a std::map
      out += separator;
      separator = ",";
      append_string(out, key);
      out += ':';
      TRY(append(out, member));
    }
    out += '}';
  } else if (value.is_array()) {
    out += '[';
    const char* separator = "";
    for (const auto& item : value) {
      out += separator;
      separator = ",";
      TRY(append(out, item));
    }
    out += ']';
  } else if (value.is_string()) {
    append_string(out, value.get_ref<const std::string&>());
  } else if (value.is_number_float()) {
    return Error(ErrorKind::malformed,
                 "canonical JSON: expected an integer of 64 bits, found " + json::compact(value));
  } else {
    out += json::compact(value);  // null, true, false, an integer
  }
  return {};
}

}  // namespace

Result<std::string> canonical(const Json& value) {
  std::string out;
  TRY(append(out, value));
  return out;
}

}  // namespace mpk::tuf
