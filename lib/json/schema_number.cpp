// Exact decimals from shortest texts; equality keys with lengths instead of escapes.
#include "json/schema_number.hpp"

#include "base/ascii.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>

namespace mpk::json::draft7 {
namespace {

__extension__ using Wide = unsigned __int128;

std::string shortest(double value) {
  char buffer[32];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  return std::string(buffer, end.ptr);
}

void append_key(std::string& out, const Json& value) {
  const auto text = [&](const std::string& content) {
    out.append("\"").append(std::to_string(content.size())).append(":").append(content);
  };
  switch (value.type()) {
    case Json::value_t::null:
      out += 'n';
      break;
    case Json::value_t::boolean:
      out += value.get<bool>() ? 't' : 'f';
      break;
    case Json::value_t::string:
      text(value.get_ref<const std::string&>());
      break;
    case Json::value_t::array:
      out += '[';
      for (const Json& item : value) append_key(out, item);
      out += ']';
      break;
    case Json::value_t::object:
      out += '{';
      for (const auto& [key, member] : value.get_ref<const Json::object_t&>()) {
        text(key);
        append_key(out, member);
      }
      out += '}';
      break;
    default:
      out.append("#").append(to_number(value).text).append(";");
  }
}

}  // namespace

bool is_integral(const Json& value) {
  if (!value.is_number_float()) return value.is_number();
  const double number = value.get<double>();
  return std::isfinite(number) && std::trunc(number) == number;
}

Number to_number(const Json& value) {
  Number out;
  if (value.is_number_float()) {
    const double number = value.get<double>();
    out.value = number;
    constexpr double kWhole = 18446744073709551616.0;  // 2^64
    if (is_integral(value) && std::fabs(number) < kWhole) {
      out.mantissa = static_cast<std::uint64_t>(std::fabs(number));
      out.text = (number < 0 ? "-" : "") + std::to_string(out.mantissa);
      return out;
    }
    out.text = shortest(number);
    std::string digits;
    std::size_t fraction = 0;
    const auto e = out.text.find('e');
    for (const char c : out.text.substr(0, e)) {
      if (c == '.') fraction = digits.size();
      if (is_digit(c)) digits += c;
    }
    if (fraction != 0) fraction = digits.size() - fraction;
    std::from_chars(digits.data(), digits.data() + digits.size(), out.mantissa);
    if (e != out.text.npos) out.exponent = std::stoi(out.text.substr(e + 1));
    out.exponent -= static_cast<int>(fraction);
    return out;
  }
  if (value.is_number_unsigned()) {
    out.mantissa = value.get<std::uint64_t>();
    out.value = static_cast<long double>(out.mantissa);
    out.text = std::to_string(out.mantissa);
  } else {
    const auto number = value.get<std::int64_t>();
    out.value = static_cast<long double>(number);
    out.mantissa =
        number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
    out.text = std::to_string(number);
  }
  return out;
}

bool is_multiple(const Number& number, const Number& divisor) {
  if (number.mantissa == 0) return true;
  const int shift = number.exponent - divisor.exponent;
  if (shift >= 0) {
    Wide rest = number.mantissa % divisor.mantissa;
    for (int i = 0; i < shift && rest != 0; ++i) rest = rest * 10 % divisor.mantissa;
    return rest == 0;
  }
  std::uint64_t scaled = divisor.mantissa;
  for (int i = 0; i < -shift; ++i) {
    if (scaled > number.mantissa / 10) return false;  // larger than a number that is not zero
    scaled *= 10;
  }
  return number.mantissa % scaled == 0;
}

std::string equality_key(const Json& value) {
  std::string out;
  append_key(out, value);
  return out;
}

}  // namespace mpk::json::draft7
