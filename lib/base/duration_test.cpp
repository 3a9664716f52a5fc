// Durations: every unit, and what is none.
#include "base/duration.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

using namespace mpk;

TEST_CASE("a number and a unit are so many seconds") {
  struct Row {
    const char* text;
    std::uint64_t seconds;
  };
  for (const auto& [text, seconds] :
       {Row{"45s", 45}, Row{"30m", 1'800}, Row{"12h", 43'200}, Row{"90d", 7'776'000}, Row{"1s", 1},
        Row{"36525d", 3'155'760'000}, Row{"3155760000s", 3'155'760'000}}) {
    CAPTURE(text);
    const auto read = parse_duration(text);
    REQUIRE(read);
    CHECK(*read == seconds);
  }
}

TEST_CASE("anything else is no duration") {
  struct Row {
    const char *text, *says;
  };
  for (const auto& [text, says] :
       {Row{"", "expected a number and one of d, h, m, s"}, Row{"90", "one of d, h, m, s"},
        Row{"90D", "one of d, h, m, s"}, Row{"2w", "one of d, h, m, s"},
        Row{"90d ", "one of d, h, m, s"}, Row{"d", "a whole number"}, Row{" 9d", "a whole number"},
        Row{"-9d", "a whole number"}, Row{"+9d", "a whole number"}, Row{"1.5h", "a whole number"},
        Row{"1d12h", "a whole number"}, Row{"0d", "no time at all"}, Row{"00s", "no time at all"},
        Row{"36526d", "more than 100 years"}, Row{"3155760001s", "more than 100 years"},
        Row{"18446744073709551616s", "more than 100 years"},
        Row{"213503982334602d", "more than 100 years"}, Row{"\x1b[9d", "\\x1b"}}) {
    CAPTURE(text);
    const auto read = parse_duration(text);
    REQUIRE_FALSE(read);
    CHECK(read.error().kind() == ErrorKind::malformed);
    CHECK_MESSAGE(read.error().message().find(says) != std::string::npos, read.error().message());
  }
}

TEST_CASE("timeouts as Go writes them") {
  using namespace std::chrono_literals;
  CHECK(parse_timeout("10s").take() == 10s);
  CHECK(parse_timeout("1m30s").take() == 90s);
  CHECK(parse_timeout("2.5s").take() == 2500ms);
  CHECK(parse_timeout("500ms").take() == 500ms);
  CHECK(parse_timeout("1h0m0s").take() == 1h);
  for (const auto* wrong :
       {"", "10", "s", "-1s", "1e3s", "0s", "2h", "1d", "10s ", "1.2.3s", "nan s"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_timeout(wrong));
  }
}
