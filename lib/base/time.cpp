// Time: RFC 3339 in and out, on the calendar of <chrono>.
#include "base/time.hpp"

#include "base/text.hpp"

#include <fmt/core.h>

#include <chrono>
#include <optional>

namespace mpk {
namespace {

namespace chrono = std::chrono;

/// Takes a date-time apart from the left; a failed step leaves it failed.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (!at_digit()) {
        ok_ = false;
        return 0;
      }
      value = value * 10 + (take() - '0');
    }
    return value;
  }
  void literal(std::string_view either) {
    if (!one_of(either)) ok_ = false;
  }
  std::optional<char> one_of(std::string_view set) {
    if (rest_.empty() || set.find(rest_.front()) == std::string_view::npos) return std::nullopt;
    return take();
  }
  bool at_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
  void fail() { ok_ = false; }
  bool finished() const { return ok_ && rest_.empty(); }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  std::string_view rest_;
  bool ok_ = true;
};

std::int32_t fraction(Scanner& scan) {
  if (!scan.one_of(".")) return 0;
  std::int32_t value = 0;
  int digits = 0;
  for (; digits < 9 && scan.at_digit(); ++digits) value = value * 10 + scan.number(1);
  if (digits == 0) scan.fail();
  for (; digits < 9; ++digits) value *= 10;
  return value;
}

/// Seconds east of UTC.
int offset(Scanner& scan) {
  if (scan.one_of("Zz")) return 0;
  const auto sign = scan.one_of("+-");
  if (!sign) {
    scan.fail();
    return 0;
  }
  const int hours = scan.number(2);
  scan.literal(":");
  const int minutes = scan.number(2);
  if (hours > 23 || minutes > 59) scan.fail();
  return (*sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

/// RFC 3339 §5.7: a leap second ends a month, at 23:59:60 UTC.
bool ends_month(std::int64_t second_before) {
  const auto next = chrono::sys_seconds(chrono::seconds(second_before + 1));
  const auto day = chrono::floor<chrono::days>(next);
  return next == day && chrono::year_month_day(day).day() == chrono::day(1);
}

struct Fields {
  int year, month, day, hour, minute, second;
};

Fields civil(std::int64_t seconds) {
  const auto point = chrono::sys_seconds(chrono::seconds(seconds));
  const auto day = chrono::floor<chrono::days>(point);
  const chrono::year_month_day date(day);
  const auto in_day = static_cast<int>((point - day).count());
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          in_day / 3600,
          in_day / 60 % 60,
          in_day % 60};
}

}  // namespace

Timestamp Timestamp::from_milliseconds(std::int64_t milliseconds) {
  const auto whole = milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0);
  const auto rest = milliseconds % 1000 + (milliseconds % 1000 < 0 ? 1000 : 0);
  return {whole, static_cast<std::int32_t>(rest * 1'000'000)};
}

Result<Timestamp> Timestamp::parse(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return Error{ErrorKind::malformed, fmt::format("time \"{}\": {}", printable(text, 64), why)};
  };
  Scanner scan(text);
  const int year = scan.number(4);
  scan.literal("-");
  const int month = scan.number(2);
  scan.literal("-");
  const int day = scan.number(2);
  scan.literal("Tt");
  const int hour = scan.number(2);
  scan.literal(":");
  const int minute = scan.number(2);
  scan.literal(":");
  const int second = scan.number(2);
  const std::int32_t nanoseconds = fraction(scan);
  const int east = offset(scan);
  if (!scan.finished()) return refuse("expected RFC 3339, for example 2026-11-20T14:03:00Z");

  const chrono::year_month_day date(chrono::year(year), chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(day)));
  if (year == 0 || !date.ok()) return refuse("there is no such day");
  if (hour > 23 || minute > 59 || second > 60) return refuse("there is no such time of day");
  const bool leap = second == 60;
  const std::int64_t seconds =
      std::int64_t{chrono::sys_days(date).time_since_epoch().count()} * 86'400 + hour * 3600 +
      minute * 60 + (leap ? 59 : second) - east;
  if (leap && !ends_month(seconds)) return refuse("second 60 is not a leap second there");
  if (seconds < kFirst || seconds > kLast) return refuse("outside of the years 1 to 9999");
  return Timestamp(seconds, nanoseconds);
}

std::int64_t Timestamp::milliseconds() const { return seconds_ * 1000 + nanoseconds_ / 1'000'000; }

Timestamp Timestamp::plus_seconds(std::int64_t delta) const {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(seconds_, delta, &sum)) sum = delta < 0 ? kFirst : kLast;
  return {sum, nanoseconds_};
}

std::string Timestamp::text() const {
  const auto f = civil(seconds_);
  auto out = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", f.year, f.month, f.day, f.hour,
                         f.minute, f.second);
  if (nanoseconds_ != 0) {
    if (nanoseconds_ % 1'000'000 == 0) {
      out += fmt::format(".{:03}", nanoseconds_ / 1'000'000);
    } else if (nanoseconds_ % 1000 == 0) {
      out += fmt::format(".{:06}", nanoseconds_ / 1000);
    } else {
      out += fmt::format(".{:09}", nanoseconds_);
    }
  }
  return out += 'Z';
}

std::string Timestamp::brief() const {
  const auto f = civil(seconds_);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} UTC", f.year, f.month, f.day, f.hour, f.minute);
}

Timestamp SystemClock::now() const {
  const auto since = chrono::system_clock::now().time_since_epoch();
  const auto whole = chrono::floor<chrono::seconds>(since);
  const auto rest = chrono::duration_cast<chrono::nanoseconds>(since - whole);
  return Timestamp::from_parts(whole.count(), static_cast<std::int32_t>(rest.count()));
}

Result<Timestamp> parse_source_date_epoch(std::string_view text) {
  const auto seconds = parse_u64(text);
  constexpr std::uint64_t kEnd = 253'402'300'799;  // 9999-12-31T23:59:59Z
  if (!seconds || *seconds > kEnd) {
    return Error{ErrorKind::usage,
                 fmt::format("SOURCE_DATE_EPOCH \"{}\": expected decimal seconds since 1970",
                             printable(text, 64))};
  }
  return Timestamp::from_seconds(static_cast<std::int64_t>(*seconds));
}

}  // namespace mpk
