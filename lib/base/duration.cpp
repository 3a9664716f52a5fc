// Durations: a number and its unit.
#include "base/duration.hpp"

#include "base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

namespace mpk {
namespace {

constexpr std::uint64_t kDay = 86'400;
constexpr std::uint64_t kMost = 36'525 * kDay;
constexpr std::chrono::hours kLongest{1};  // that anybody waits for an answer

std::uint64_t seconds_of(char unit) {
  switch (unit) {
    case 'd':
      return kDay;
    case 'h':
      return 3'600;
    case 'm':
      return 60;
    case 's':
      return 1;
    default:
      return 0;
  }
}

std::optional<double> decimal(std::string_view text) {
  double out = 0;
  const auto [end, failure] =
      std::from_chars(text.data(), text.data() + text.size(), out, std::chars_format::fixed);
  if (text.empty() || failure != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return out;
}

}  // namespace

Result<std::uint64_t> parse_duration(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return Error(ErrorKind::malformed, fmt::format("duration \"{}\": {}", printable(text, 40), why),
                 "for example 90d, 12h, 30m or 45s");
  };
  const auto unit = text.empty() ? 0 : seconds_of(text.back());
  if (unit == 0) return refuse("expected a number and one of d, h, m, s");
  const auto digits = text.substr(0, text.size() - 1);
  const auto number = parse_u64(digits);
  if (digits.find_first_not_of("0123456789") != std::string_view::npos || digits.empty())
    return refuse("expected a whole number before the unit");
  if (!number || *number > kMost / unit) return refuse("more than 100 years");
  if (*number == 0) return refuse("no time at all");
  return *number * unit;
}

Result<std::chrono::milliseconds> parse_timeout(std::string_view text) {
  const auto wrong = [&] {
    return Error(ErrorKind::malformed, "timeout \"" + printable(text, 40) + "\": expected a time",
                 "for example 10s, 500ms or 1m30s");
  };
  double total = 0;
  auto rest = text;
  if (rest.empty()) return wrong();
  while (!rest.empty()) {
    const auto digits = std::min(rest.find_first_not_of("0123456789."), rest.size());
    const auto number = decimal(rest.substr(0, digits));
    rest.remove_prefix(digits);
    double unit = 0;
    for (const auto& [name, milliseconds] : {std::pair<std::string_view, double>{"ms", 1},
                                             {"h", 3'600'000},
                                             {"m", 60'000},
                                             {"s", 1000}}) {
      if (!rest.starts_with(name)) continue;
      unit = milliseconds;
      rest.remove_prefix(name.size());
      break;
    }
    if (!number || unit == 0) return wrong();
    total += *number * unit;
    if (total > std::chrono::duration<double, std::milli>(kLongest).count()) return wrong();
  }
  if (total < 1) return wrong();
  return std::chrono::milliseconds(static_cast<std::int64_t>(total));
}

}  // namespace mpk
