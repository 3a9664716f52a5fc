// RFC 8785: strings and numbers as ECMAScript writes them, members in UTF-16 order.
#include "json/canonical.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

namespace mpk::json {
namespace {

// Values built in code are not capped by parse(); recursion stays bounded all the same.
constexpr std::size_t kMaxDepth = 4 * limits::kJsonDepth;

/// RFC 8785 §3.2.3. UTF-8 and UTF-16 order agree except that U+E000…U+FFFF (EE…, EF…) come after
/// the supplementary planes (F0…F4), whose code units start at D800.
bool utf16_less(std::string_view a, std::string_view b) {
  const auto rank = [](char c) {
    const unsigned byte = static_cast<unsigned char>(c);
    return byte == 0xEE || byte == 0xEF ? byte + 0x10 : byte;
  };
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [&](char x, char y) { return rank(x) < rank(y); });
}

/// RFC 8785 §3.2.2.2.
Result<void> write_string(std::string& out, std::string_view text) {
  if (!is_valid_utf8(text)) return Error(ErrorKind::malformed, "string is not valid UTF-8");
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          constexpr std::string_view kDigits = "0123456789abcdef";
          const auto byte = static_cast<unsigned char>(c);
          out.append("\\u00").append({kDigits[byte >> 4], kDigits[byte & 15]});
        } else {
          out += c;
        }
    }
  }
  out += '"';
  return {};
}

/// ECMA-262 Number::toString (RFC 8785 §3.2.2.3); `value` is finite.
std::string ecma_number(double value) {
  if (value == 0) return "0";  // -0 too
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::fabs(value),
                                 std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<std::size_t>(end.ptr - buffer));
  const auto e = text.find('e');
  std::string digits(1, text[0]);
  if (e > 2) digits.append(text.substr(2, e - 2));
  int exponent = 0;
  const char* first = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(first, text.data() + text.size(), exponent);

  const int n = exponent + 1, k = static_cast<int>(digits.size());  // the names of ECMA-262
  std::string out = value < 0 ? "-" : "";
  const auto zeros = [](int count) { return std::string(static_cast<std::size_t>(count), '0'); };
  if (k <= n && n <= 21) return out + digits + zeros(n - k);
  if (0 < n && n <= 21) return out + digits.insert(static_cast<std::size_t>(n), ".");
  if (-6 < n && n <= 0) return out + "0." + zeros(-n) + digits;
  if (k > 1) digits.insert(1, ".");
  return out + digits + (exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent));
}

template <class Integer>
Result<void> write_integer(std::string& out, Integer value) {
  // Other implementations read every number into a double: what they would print must be this.
  std::string text = std::to_string(value);
  if (ecma_number(static_cast<double>(value)) != text) {
    return Error(ErrorKind::malformed,
                 "integer " + text + " is beyond 2^53: a double cannot hold it",
                 "write it as a string");
  }
  out += text;
  return {};
}

Result<void> write(std::string& out, const Json& value, std::size_t depth);

Result<void> write_object(std::string& out, const Json::object_t& object, std::size_t depth) {
  std::vector<const Json::object_t::value_type*> members;
  members.reserve(object.size());
  for (const auto& member : object) members.push_back(&member);
  std::sort(members.begin(), members.end(),
            [](const auto* a, const auto* b) { return utf16_less(a->first, b->first); });
  char separator = '{';
  for (const auto* member : members) {
    out += std::exchange(separator, ',');
    TRY(write_string(out, member->first));
    out += ':';
    TRY(write(out, member->second, depth));
  }
  out += object.empty() ? "{}" : "}";
  return {};
}

Result<void> write_array(std::string& out, const Json::array_t& array, std::size_t depth) {
  char separator = '[';
  for (const Json& item : array) {
    out += std::exchange(separator, ',');
    TRY(write(out, item, depth));
  }
  out += array.empty() ? "[]" : "]";
  return {};
}

Result<void> write(std::string& out, const Json& value, std::size_t depth) {
  if (depth == 0) return Error(ErrorKind::too_large, "JSON is nested too deeply to canonicalize");
  switch (value.type()) {
    case Json::value_t::null:
      out += "null";
      return {};
    case Json::value_t::boolean:
      out += value.get<bool>() ? "true" : "false";
      return {};
    case Json::value_t::string:
      return write_string(out, value.get_ref<const std::string&>());
    case Json::value_t::number_integer:
      return write_integer(out, value.get<std::int64_t>());
    case Json::value_t::number_unsigned:
      return write_integer(out, value.get<std::uint64_t>());
    case Json::value_t::number_float:
      if (!std::isfinite(value.get<double>())) {
        return Error(ErrorKind::malformed, "number is not finite: JSON cannot write it");
      }
      out += ecma_number(value.get<double>());
      return {};
    case Json::value_t::object:
      return write_object(out, value.get_ref<const Json::object_t&>(), depth - 1);
    case Json::value_t::array:
      return write_array(out, value.get_ref<const Json::array_t&>(), depth - 1);
    default:
      return Error(ErrorKind::malformed, "binary value: JSON cannot write it");
  }
}

}  // namespace

Result<std::string> canonical(const Json& value) {
  std::string out;
  TRY(write(out, value, kMaxDepth));
  return out;
}

}  // namespace mpk::json
