// Durations: a number and its unit.
#include "base/duration.hpp"

#include "base/text.hpp"

#include <fmt/core.h>

namespace mpk {
namespace {

constexpr std::uint64_t kDay = 86'400;
constexpr std::uint64_t kMost = 36'525 * kDay;

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

}  // namespace mpk
