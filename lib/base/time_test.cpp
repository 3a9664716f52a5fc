// Time: RFC 3339 both ways, leap seconds, offsets and the ends of the range.
#include "base/time.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <ostream>

using namespace mpk;

TEST_CASE("RFC 3339 times are read") {
  struct Row {
    const char* text;
    std::int64_t seconds;
    std::int32_t nanoseconds;
  };
  for (const auto& [text, seconds, nanoseconds] : {
           Row{"1970-01-01T00:00:00Z", 0, 0},
           Row{"1985-04-12T23:20:50.52Z", 482196050, 520'000'000},         // RFC 3339 §5.8
           Row{"1996-12-19T16:39:57-08:00", 851042397, 0},                 // §5.8
           Row{"1937-01-01T12:00:27.87+00:20", -1041337173, 870'000'000},  // §5.8
           Row{"2022-10-31T23:59:59.999Z", 1667260799, 999'000'000},
           Row{"2022-10-31T23:59:59.123456789Z", 1667260799, 123'456'789},
           Row{"2026-11-20t14:03:00z", 1795183380, 0},  // ABNF is case-insensitive
           Row{"2026-11-20T14:03:00-00:00", 1795183380, 0},
           Row{"2026-11-20T14:03:00+23:59", 1795097040, 0},
           Row{"2024-02-29T00:00:00Z", 1709164800, 0},
           Row{"2000-02-29T00:00:00Z", 951782400, 0},
           Row{"1990-12-31T23:59:60Z", 662687999, 0},       // §5.8: a leap second
           Row{"1990-12-31T15:59:60-08:00", 662687999, 0},  // §5.8: the same one
           Row{"0001-01-01T00:00:00Z", -62135596800, 0},
           Row{"9999-12-31T23:59:59.999999999Z", 253402300799, 999'999'999},
       }) {
    CAPTURE(text);
    const auto time = Timestamp::parse(text);
    REQUIRE(time);
    CHECK(time->seconds() == seconds);
    CHECK(time->nanoseconds() == nanoseconds);
  }
}

TEST_CASE("what is not an RFC 3339 time is malformed") {
  for (const std::string_view text : {
           "",
           "2026-11-20",
           "2026-11-20T14:03:00",
           "2026-11-20 14:03:00Z",
           "2026-11-20T14:03Z",
           "2026-11-20T14:03:00.Z",
           "2026-11-20T14:03:00,5Z",
           "2026-11-20T14:03:00.1234567890Z",
           "2026-11-20T14:03:00+01",
           "2026-11-20T14:03:00+0100",
           "2026-11-20T14:03:00+24:00",
           "2026-11-20T14:03:00+01:60",
           "2026-11-20T14:03:00*01:00",
           "2026-11-20T14:03:00ZZ",
           "2026-11-20T14:03:00Z ",
           " 2026-11-20T14:03:00Z",
           "2026-13-01T00:00:00Z",
           "2026-00-01T00:00:00Z",
           "2026-02-30T00:00:00Z",
           "2025-02-29T00:00:00Z",
           "1900-02-29T00:00:00Z",
           "2026-11-00T00:00:00Z",
           "2026-11-31T00:00:00Z",
           "2026-11-20T24:00:00Z",
           "2026-11-20T23:60:00Z",
           "2026-11-20T23:59:61Z",
           "2026-11-20T23:59:60Z",       // no end of a month
           "1990-12-31T23:58:60Z",       // wrong minute
           "1990-12-31T23:59:60+01:00",  // 22:59:60 UTC
           "0000-01-01T00:00:00Z",
           "0001-01-01T00:00:00+00:01",
           "9999-12-31T23:59:59-00:01",
           "+2026-11-20T14:03:00Z",
           "12026-11-20T14:03:00Z",
           "2026-1-20T14:03:00Z",
           "-026-11-20T14:03:00Z",
           "20261120T140300Z",
           "1667260799",
       }) {
    CAPTURE(text);
    const auto time = Timestamp::parse(text);
    REQUIRE_FALSE(time);
    CHECK(time.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("a time is printed in UTC with no more of a fraction than it has") {
  CHECK(Timestamp::parse("1996-12-19T16:39:57-08:00")->text() == "1996-12-20T00:39:57Z");
  CHECK(Timestamp::from_parts(0, 500'000'000).text() == "1970-01-01T00:00:00.500Z");
  CHECK(Timestamp::from_parts(0, 500'000).text() == "1970-01-01T00:00:00.000500Z");
  CHECK(Timestamp::from_parts(0, 5).text() == "1970-01-01T00:00:00.000000005Z");
  CHECK(Timestamp::from_parts(-1, 0).text() == "1969-12-31T23:59:59Z");
  CHECK(Timestamp::from_seconds(1795183380).brief() == "2026-11-20 14:03 UTC");
  CHECK(Timestamp::parse("0009-01-02T03:04:05Z")->text() == "0009-01-02T03:04:05Z");
}

TEST_CASE("text and parse are each other's inverse over the whole range") {
  for (std::int64_t seconds = -62135596800; seconds <= 253402300799; seconds += 7'654'321'987) {
    const auto time = Timestamp::from_parts(seconds, 120'000);
    CHECK(Timestamp::parse(time.text()).value() == time);
  }
}

TEST_CASE("milliseconds round down, before 1970 too") {
  CHECK(Timestamp::from_milliseconds(1500) == Timestamp::from_parts(1, 500'000'000));
  CHECK(Timestamp::from_milliseconds(-1) == Timestamp::from_parts(-1, 999'000'000));
  CHECK(Timestamp::from_milliseconds(-2000) == Timestamp::from_seconds(-2));
  for (const std::int64_t ms : {std::int64_t{0}, std::int64_t{1'667'260'799'999}, std::int64_t{-1}})
    CHECK(Timestamp::from_milliseconds(ms).milliseconds() == ms);
}

TEST_CASE("seconds outside of the years 1 to 9999 become the nearest end and never overflow") {
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  CHECK(Timestamp::from_seconds(kMax).text() == "9999-12-31T23:59:59Z");
  CHECK(Timestamp::from_seconds(kMin).text() == "0001-01-01T00:00:00Z");
  CHECK(Timestamp::from_seconds(10).plus_seconds(kMax).text() == "9999-12-31T23:59:59Z");
  CHECK(Timestamp::from_seconds(-10).plus_seconds(kMin).text() == "0001-01-01T00:00:00Z");
  CHECK(Timestamp::from_milliseconds(kMax) > Timestamp::from_seconds(0));
  CHECK(Timestamp::from_seconds(10).plus_seconds(-11) == Timestamp::from_seconds(-1));
}

TEST_CASE("times order by seconds, then by nanoseconds") {
  CHECK(Timestamp::from_parts(1, 5) < Timestamp::from_parts(2, 0));
  CHECK(Timestamp::from_parts(1, 5) < Timestamp::from_parts(1, 6));
  CHECK(Timestamp::from_parts(1, 5) == Timestamp::from_parts(1, 5));
}

TEST_CASE("the fixed clock stands still until it is set, the system's runs") {
  FixedClock clock(Timestamp::from_seconds(5));
  CHECK(clock.now() == Timestamp::from_seconds(5));
  clock.set(Timestamp::from_seconds(6));
  CHECK(clock.now() == Timestamp::from_seconds(6));
  const auto before = SystemClock().now();
  CHECK(before > Timestamp::parse("2024-01-01T00:00:00Z").value());
  CHECK(before <= SystemClock().now());
}

TEST_CASE("SOURCE_DATE_EPOCH is decimal seconds and nothing else") {
  CHECK(parse_source_date_epoch("0").value() == Timestamp::from_seconds(0));
  CHECK(parse_source_date_epoch("1795183380").value().text() == "2026-11-20T14:03:00Z");
  CHECK(parse_source_date_epoch("253402300799"));
  for (const std::string_view text :
       {"", "-1", "+1", "1.5", " 1", "1 ", "0x10", "now", "253402300800", "99999999999999999999"}) {
    CAPTURE(text);
    const auto time = parse_source_date_epoch(text);
    REQUIRE_FALSE(time);
    CHECK(time.error().kind() == ErrorKind::usage);
  }
}
