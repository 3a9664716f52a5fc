// Words and numbers in SPDX's forms.
#include "aibom/spdx_words.hpp"

#include "base/text.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace mpk::aibom::spdx {

void add_line(Json& element, std::string_view key, const std::string& line,
              const std::string& value) {
  if (value.empty()) return;
  auto& words = element[std::string(key)];
  if (words.is_null()) {
    words = line;
  } else {
    words.get_ref<std::string&>().append("\n").append(line);
  }
}

std::string presence(std::string_view words) {
  const auto word = lower_ascii(trim(words));
  const auto is_one_of = [&](const auto& list) {
    return std::ranges::find(list, word) != list.end();
  };
  if (is_one_of(std::to_array<std::string_view>({"yes", "true"}))) return "yes";
  if (is_one_of(std::to_array<std::string_view>({"no", "none", "false"}))) return "no";
  if (is_one_of(std::to_array<std::string_view>({"noassertion", "unknown"}))) return "noAssertion";
  return {};
}

std::string risk(std::string_view words) {
  constexpr auto kLevels = std::to_array<std::string_view>({"serious", "high", "medium", "low"});
  const auto word = lower_ascii(trim(words));
  return std::ranges::find(kLevels, word) == kLevels.end() ? "" : word;
}

std::pair<std::string, std::string> named_value(const std::string& words) {
  const auto cut = words.find_first_of(":=<>");
  if (cut == std::string::npos) return {"", words};
  const auto name = trim(std::string_view(words).substr(0, cut));
  // A comparison belongs to the value, a mere separator does not.
  const bool separator = words[cut] == ':' || words[cut] == '=';
  const auto value = trim(std::string_view(words).substr(cut + (separator ? 1 : 0)));
  if (name.empty() || value.empty()) return {"", words};
  return {std::string(name), std::string(value)};
}

std::string decimal(const Json& number) {
  constexpr double kLargest = 1e15;
  if (!number.is_number()) return {};
  if (number.is_number_integer()) return json::compact(number);
  const auto value = number.get<double>();
  if (!std::isfinite(value) || std::abs(value) > kLargest) return {};
  auto out = fmt::format("{:.12f}", value);
  out.erase(out.find_last_not_of('0') + 1);
  if (out.ends_with('.')) out.pop_back();
  return out == "-0" ? "0" : out;
}

}  // namespace mpk::aibom::spdx
