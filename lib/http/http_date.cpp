// HTTP-date: IMF-fixdate, RFC 850 and asctime forms.
#include "http/http_date.hpp"

#include "base/text.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace mpk::http {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Fields {
  std::string_view year, month, day, clock;
};

std::optional<unsigned> number(std::string_view text, std::size_t digits) {
  auto value = parse_u64(text);
  if (text.size() != digits || !value) return std::nullopt;
  return static_cast<unsigned>(*value);
}

std::optional<Fields> split_fields(std::string_view text) {
  std::vector<std::string_view> words;
  for (auto word : split(text, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  // "Sun, 06 Nov 1994 08:49:37 GMT"
  if (words.size() == 6 && words[5] == "GMT") return Fields{words[3], words[2], words[1], words[4]};
  // "Sunday, 06-Nov-94 08:49:37 GMT"
  if (words.size() == 4 && words[3] == "GMT") {
    const auto date = split(words[1], '-');
    if (date.size() == 3) return Fields{date[2], date[1], date[0], words[2]};
  }
  // "Sun Nov  6 08:49:37 1994"
  if (words.size() == 5) return Fields{words[4], words[1], words[2], words[3]};
  return std::nullopt;
}

std::optional<int> year_number(std::string_view text) {
  if (auto year = number(text, 4)) return static_cast<int>(*year);
  // RFC 9110 asks to read two digits as the nearest past year when they would be over 50 years
  // ahead; without a clock the POSIX pivot has the same effect until 2069.
  if (auto year = number(text, 2)) return static_cast<int>(*year + (*year < 69 ? 2000 : 1900));
  return std::nullopt;
}

std::optional<Timestamp> assemble(const Fields& fields) {
  const auto year = year_number(fields.year);
  const auto day = number(fields.day, fields.day.size() == 1 ? 1 : 2);
  const auto clock = split(fields.clock, ':');
  if (!year || !day || clock.size() != 3) return std::nullopt;
  const auto hour = number(clock[0], 2);
  const auto minute = number(clock[1], 2);
  const auto second = number(clock[2], 2);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) {
    return std::nullopt;
  }
  unsigned month = 1;
  while (month <= kMonths.size() && kMonths[month - 1] != fields.month) ++month;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(month),
                                         std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return Timestamp::from_seconds(days * 86400 + std::int64_t{*hour} * 3600 +
                                 std::int64_t{*minute} * 60 + std::int64_t{*second});
}

}  // namespace

Result<Timestamp> parse_http_date(std::string_view text) {
  if (const auto fields = split_fields(text)) {
    if (const auto time = assemble(*fields)) return *time;
  }
  return Error(ErrorKind::malformed,
               "HTTP date '" + printable(text, 64) + "': expected a form of RFC 9110");
}

}  // namespace mpk::http
