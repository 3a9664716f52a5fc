// YAML 1.2 core schema, tag resolution of plain scalars.
#include "json/yaml_scalar.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

namespace mpk::json {
namespace {

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

std::string_view without_sign(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return text;
}

Error unrepresentable(std::string_view text, std::string_view why) {
  return Error(ErrorKind::malformed, "number " + printable(text, 60) + " " + std::string(why),
               "put it in quotes if it is text");
}

Result<Json> integer(std::string_view text, std::string_view digits, int base, bool negative) {
  std::uint64_t magnitude = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, base);
  constexpr std::uint64_t kLowest = std::uint64_t{1} << 63;
  if (end.ec != std::errc() || (negative && magnitude > kLowest)) {
    return unrepresentable(text, "does not fit 64 bits");
  }
  if (negative) return Json(static_cast<std::int64_t>(0 - magnitude));
  return Json(magnitude);
}

bool is_based(std::string_view text, std::string_view prefix, std::string_view alphabet) {
  return text.size() > prefix.size() && text.starts_with(prefix) &&
         text.find_first_not_of(alphabet, prefix.size()) == text.npos;
}

/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_float(std::string_view text) {
  text = without_sign(text);
  if (const auto e = text.find_first_of("eE"); e != text.npos) {
    if (!all_digits(without_sign(text.substr(e + 1)))) return false;
    text = text.substr(0, e);
  }
  const auto point = text.find('.');
  if (point == text.npos) return all_digits(text);
  const auto whole = text.substr(0, point), fraction = text.substr(point + 1);
  if (whole.empty()) return all_digits(fraction);
  return all_digits(whole) && (fraction.empty() || all_digits(fraction));
}

Result<Json> floating(std::string_view text) {
  const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  double value = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (end.ec != std::errc()) return unrepresentable(text, "does not fit a double");
  return Json(value);
}

}  // namespace

Result<Json> resolve_plain_scalar(std::string_view text) {
  if (text.empty() || one_of(text, {"~", "null", "Null", "NULL"})) return Json();
  if (one_of(text, {"true", "True", "TRUE"})) return Json(true);
  if (one_of(text, {"false", "False", "FALSE"})) return Json(false);
  const std::string_view unsigned_text = without_sign(text);
  if (all_digits(unsigned_text)) {
    return integer(text, unsigned_text, 10, text.starts_with('-'));
  }
  if (is_based(text, "0o", "01234567")) return integer(text, text.substr(2), 8, false);
  if (is_based(text, "0x", "0123456789abcdefABCDEF")) {
    return integer(text, text.substr(2), 16, false);
  }
  if (one_of(unsigned_text, {".inf", ".Inf", ".INF"}) || one_of(text, {".nan", ".NaN", ".NAN"})) {
    return unrepresentable(text, "is not finite");
  }
  if (is_float(text)) return floating(text);
  return Json(std::string(text));
}

}  // namespace mpk::json
