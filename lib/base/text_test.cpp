// Text: numbers, sizes for people, typing errors, and what may reach a terminal.
#include "base/text.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <ostream>

using namespace mpk;

TEST_CASE("split keeps empty parts, join puts them together again") {
  using Parts = std::vector<std::string_view>;
  CHECK(split("a,b", ',') == Parts{"a", "b"});
  CHECK(split("", ',') == Parts{""});
  CHECK(split(",a,,", ',') == Parts{"", "a", "", ""});
  CHECK(join(std::vector<std::string>{"a", "", "b"}, ", ") == "a, , b");
  CHECK(join({}, ", ").empty());
}

TEST_CASE("trim takes ASCII white space off both ends and nothing else") {
  CHECK(trim(" \t\r\n\v\f a b \n") == "a b");
  CHECK(trim(" \n").empty());
  CHECK(trim("").empty());
  CHECK(trim("\xc2\xa0x") == "\xc2\xa0x");
}

TEST_CASE("case folding is ASCII only") {
  CHECK(lower_ascii("AbZ[\xc3\x84") == "abz[\xc3\x84");
  CHECK(iequals_ascii("Content-Type", "content-TYPE"));
  CHECK_FALSE(iequals_ascii("content-type", "content-typ"));
  CHECK_FALSE(iequals_ascii("[", "{"));
  CHECK_FALSE(iequals_ascii("\xc3\x84", "\xc3\xa4"));
}

TEST_CASE("numbers are decimal digits that fit into 64 bits") {
  CHECK(parse_u64("0").value() == 0);
  CHECK(parse_u64("007").value() == 7);
  CHECK(parse_u64("18446744073709551615").value() == std::numeric_limits<std::uint64_t>::max());
  for (const std::string_view text :
       {"", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1f", "18446744073709551616", "1\n", "١"}) {
    CAPTURE(text);
    const auto number = parse_u64(text);
    REQUIRE_FALSE(number);
    CHECK(number.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("sizes use powers of 1024 and change the unit before they round up to it") {
  struct Row {
    std::uint64_t bytes;
    const char* text;
  };
  for (const auto& [bytes, text] : {
           Row{0, "0 B"},
           Row{512, "512 B"},
           Row{1023, "1023 B"},
           Row{1024, "1.0 KiB"},
           Row{1536, "1.5 KiB"},
           Row{102'348, "99.9 KiB"},
           Row{102'400, "100 KiB"},
           Row{(1U << 20) - 1, "1.0 MiB"},
           Row{1'503'238'554, "1.4 GiB"},
           Row{std::numeric_limits<std::uint64_t>::max(), "16.0 EiB"},
       }) {
    CHECK(human_size(bytes) == text);
  }
}

TEST_CASE("counts use powers of 1000 and three digits") {
  struct Row {
    std::uint64_t count;
    const char* text;
  };
  for (const auto& [count, text] : {
           Row{0, "0"},
           Row{980, "980"},
           Row{999, "999"},
           Row{1000, "1.00 K"},
           Row{13'460, "13.5 K"},
           Row{999'499, "999 K"},
           Row{999'500, "1.00 M"},
           Row{134'515'008, "135 M"},
           Row{8'030'261'248, "8.03 B"},
           Row{99'960'000'000, "100 B"},
           Row{1'000'000'000'000, "1.00 T"},
       }) {
    CHECK(human_count(count) == text);
  }
}

TEST_CASE("durations show hours only when there are some") {
  CHECK(human_duration(0) == "0:00");
  CHECK(human_duration(12) == "0:12");
  CHECK(human_duration(3599) == "59:59");
  CHECK(human_duration(3753) == "1:02:33");
  CHECK(human_duration(360'000) == "100:00:00");
}

TEST_CASE("edit distance counts insertions, removals and replacements") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("verify", "verify") == 0);
  CHECK(edit_distance("psuh", "push") == 2);
  CHECK(edit_distance("abc", "") == 3);
}

TEST_CASE("the nearest word is offered for a typing error and not for another word") {
  const std::vector<std::string> commands{"pack", "push", "pull", "verify", "inspect", "aibom"};
  CHECK(nearest("psuh", commands) == "push");
  CHECK(nearest("verfy", commands) == "verify");
  CHECK(nearest("inspetc", commands) == "inspect");
  CHECK(nearest("pull", commands) == "pull");
  CHECK(nearest("pul", commands) == "pull");
  CHECK(nearest("deploy", commands).empty());
  CHECK(nearest("x", commands).empty());
  CHECK(nearest("", commands).empty());
  CHECK(nearest("push", {}).empty());
  CHECK(nearest("a", std::vector<std::string>{"b"}).empty());
}

TEST_CASE("UTF-8 is judged as Unicode defines it") {
  for (const std::string_view text :
       {"", "plain", "exactly8", "longer than eight bytes, then é", "é", "\xe2\x82\xac",
        "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    CAPTURE(text);
    CHECK(is_valid_utf8(text));
  }
  for (const std::string_view text : {
           "\x80",
           "\xbf",
           "\xc3",
           "abcdefgh\xc3",
           "\xc3(",
           "\xe2\x82",
           "\xe2(\xac",
           "\xc0\x80",
           "\xc1\xbf",
           "\xe0\x80\x80",
           "\xe0\x9f\xbf",
           "\xf0\x80\x80\x80",
           "\xf0\x8f\xbf\xbf",  // overlong
           "\xed\xa0\x80",
           "\xed\xbf\xbf",  // surrogates
           "\xf4\x90\x80\x80",
           "\xf5\x80\x80\x80",
           "\xff",
           "\xfe",
           "12345678\xff",
       }) {
    CHECK_FALSE(is_valid_utf8(text));
  }
}

TEST_CASE("what could steer or fool a terminal becomes a visible escape") {
  struct Row {
    std::string_view in, out;
  };
  for (const auto& [in, out] : {
           Row{"plain / 1.0 \\ \"é\" 模型 👩‍💻",
               "plain / 1.0 \\ \"é\" 模型 👩‍💻"},
           Row{"\x1b[31mred", "\\x1b[31mred"},
           Row{{"a\0b", 3}, "a\\x00b"},
           Row{"a\nb\rc\td", "a\\nb\\rc\\td"},
           Row{"\x7f", "\\x7f"},
           Row{"\xc2\x9b"
               "31m",
               "\\u009b31m"},  // C1: CSI in one character
           Row{"a\xe2\x80\xae"
               "b",
               "a\\u202eb"},                        // right-to-left override
           Row{"\xe2\x81\xa6", "\\u2066"},          // isolate
           Row{"\xe2\x80\xa8", "\\u2028"},          // line separator
           Row{"\xe2\x80\x8b", "\\u200b"},          // zero-width space
           Row{"\xef\xbb\xbf", "\\ufeff"},          // byte order mark
           Row{"\xf3\xa0\x81\x81", "\\U000e0041"},  // tag 'A'
           Row{"a\xff\xc3", "a\\xff\\xc3"},
           Row{"\xed\xa0\x80", "\\xed\\xa0\\x80"},
       }) {
    CHECK(printable(in) == out);
  }
}

TEST_CASE("a long text is cut to its limit in characters, never inside of one or of an escape") {
  CHECK(printable("abcdef", 6) == "abcdef");
  CHECK(printable("abcdefg", 6) == "abcde…");
  CHECK(printable("ääääää", 6) == "ääääää");
  CHECK(printable("äääääää", 6) == "äääää…");
  CHECK(printable("abc\x1b"
                  "def",
                  6) == "abc…");
  CHECK(printable("abc\x1b", 7) == "abc\\x1b");
  CHECK(printable("ab", 1) == "…");
  CHECK(printable("", 1).empty());
  CHECK(printable(std::string(1000, 'a')).size() == 1000);
}
