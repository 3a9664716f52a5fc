// Taking members of a document whose form is known to be right.
#include "model/forms.hpp"

#include "base/text.hpp"
#include "model/names.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <charconv>

namespace mpk::model {

std::string said(const Json& object, std::string_view key) {
  const Json& value = json::member(object, key);
  if (value.is_string()) return std::string(trim(value.get_ref<const std::string&>()));
  return value.is_number() ? json::compact(value) : std::string();
}

std::vector<std::string> said_list(const Json& object, std::string_view key) {
  std::vector<std::string> out;
  for (const Json& each : json::items(object, key)) {
    if (each.is_string()) out.emplace_back(trim(each.get_ref<const std::string&>()));
  }
  return out;
}

Party said_party(const Json& party) {
  return {.name = said(party, "name"), .email = said(party, "email"), .url = said(party, "url")};
}

std::string source_name(std::string_view file) {
  return file == "-" ? "standard input" : std::string(base_name(file));
}

std::optional<double> decimal(std::string_view text) {
  double out = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return out;
}

double scaled(double value, int exponent) {
  // The shortest text that reads back as `value` is what was written; its exponent is moved.
  const std::string text = fmt::format("{}", value);
  const auto mark = text.find('e');
  int own = 0;
  if (mark != text.npos) {
    const char* digits = text.data() + mark + 1;
    if (*digits == '+') ++digits;
    std::from_chars(digits, text.data() + text.size(), own);
  }
  const std::string moved = text.substr(0, mark) + "e" + std::to_string(own + exponent);
  double out = 0;
  std::from_chars(moved.data(), moved.data() + moved.size(), out);
  return out;
}

}  // namespace mpk::model
