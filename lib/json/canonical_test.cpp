// RFC 8785: the vectors of its text and appendices, round trips, and what is refused.
#include "json/canonical.hpp"

#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <ostream>
#include <random>

namespace mpk::json {
namespace {

std::string canonical_text(std::string_view text) {
  auto value = parse(text);
  REQUIRE(value);
  auto out = canonical(*value);
  REQUIRE(out);
  return *out;
}

}  // namespace

TEST_CASE("RFC 8785 section 3.2.2: the sample is serialized") {
  CHECK(canonical_text(R"({
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    })") ==
        "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
        "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST_CASE("RFC 8785 section 3.2.3: keys sort by UTF-16 code units") {
  CHECK(canonical_text(R"({
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis"
    })") ==
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
        "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
        "\"😀\":\"Emoji: Grinning Face\",\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
}

TEST_CASE("the borders of the planes sort by UTF-16 code units") {
  // U+D7FF, U+10000 (D800 DC00), U+10FFFF (DBFF DFFF), U+E000, U+FFFF; a prefix comes first.
  CHECK(
      canonical_text(
          R"({"\uffff":6,"\ue000":5,"\udbff\udfff":4,"\ud800\udc00":2,"\ud7ff":1,"\ud800\udc00a":3})") ==
      "{\"\xed\x9f\xbf\":1,\"\xf0\x90\x80\x80\":2,\"\xf0\x90\x80\x80"
      "a\":3,\"\xf4\x8f\xbf\xbf\":4,\"\xee\x80\x80\":5,\"\xef\xbf\xbf\":6}");
}

TEST_CASE("RFC 8785 appendix B: numbers by their IEEE 754 bits") {
  const struct {
    std::uint64_t bits;
    const char* text;
  } table[] = {
      {0x0000000000000000, "0"},
      {0x8000000000000000, "0"},
      {0x0000000000000001, "5e-324"},
      {0x8000000000000001, "-5e-324"},
      {0x7fefffffffffffff, "1.7976931348623157e+308"},
      {0xffefffffffffffff, "-1.7976931348623157e+308"},
      {0x4340000000000000, "9007199254740992"},
      {0xc340000000000000, "-9007199254740992"},
      {0x4430000000000000, "295147905179352830000"},
      {0x44b52d02c7e14af5, "9.999999999999997e+22"},
      {0x44b52d02c7e14af6, "1e+23"},
      {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
      {0x444b1ae4d6e2ef4e, "999999999999999700000"},
      {0x444b1ae4d6e2ef4f, "999999999999999900000"},
      {0x444b1ae4d6e2ef50, "1e+21"},
      {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
      {0x3eb0c6f7a0b5ed8d, "0.000001"},
      {0x41b3de4355555553, "333333333.3333332"},
      {0x41b3de4355555554, "333333333.33333325"},
      {0x41b3de4355555555, "333333333.3333333"},
      {0x41b3de4355555556, "333333333.3333334"},
      {0x41b3de4355555557, "333333333.33333343"},
      {0xbecbf647612f3696, "-0.0000033333333333333333"},
      {0x43143ff3c1cb0959, "1424953923781206.2"},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    CHECK(canonical(Json(std::bit_cast<double>(row.bits))).value() == row.text);
  }
}

TEST_CASE("NaN and infinity are refused") {
  for (const double value :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity()}) {
    auto out = canonical(Json(value));
    REQUIRE_FALSE(out);
    CHECK(out.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("an integer that a double would change is refused, wherever it stands") {
  CHECK(canonical_text("[9007199254740992,-9007199254740992,0,-0,10000000000000000]") ==
        "[9007199254740992,-9007199254740992,0,0,10000000000000000]");
  for (const char* text : {"9007199254740993", "-9007199254740993", "9223372036854775807",
                           "9223372036854775808", "18446744073709551615"}) {
    CAPTURE(text);
    auto out = canonical(Json::array({Json::object({{"a", *parse(text)}})}));
    REQUIRE_FALSE(out);
    CHECK(out.error().kind() == ErrorKind::malformed);
    CHECK(out.error().message().find(text) != std::string::npos);
  }
  CHECK(canonical_text(R"("9007199254740993")") == R"("9007199254740993")");
}

TEST_CASE("control characters are escaped in their shortest form and nothing else is") {
  CHECK(canonical(Json(std::string("\0\x01\x1f\x7f\b\t\n\f\r/\xe2\x80\xa8", 13))).value() ==
        "\"\\u0000\\u0001\\u001f\x7f\\b\\t\\n\\f\\r/\xe2\x80\xa8\"");
}

TEST_CASE("invalid UTF-8 is refused in values and keys") {
  CHECK_FALSE(canonical(Json("\xff")));
  CHECK_FALSE(canonical(Json({{"\xff", 1}})));
  CHECK(canonical(Json("\xc3\xbf")));
}

TEST_CASE("empty containers and nesting have no white space") {
  CHECK(canonical_text(R"( [ ] )") == "[]");
  CHECK(canonical_text(R"( { "b" : { } , "a" : [ [ ] , { } ] } )") == R"({"a":[[],{}],"b":{}})");
}

TEST_CASE("300,000 random doubles survive their canonical text, which is the shortest there is") {
  std::mt19937_64 random(20261120);
  for (int i = 0; i < 300'000; ++i) {
    // Half over all bit patterns, half over ordinary magnitudes, where the layout changes.
    const double value = i % 2 == 0 ? std::bit_cast<double>(random())
                                    : static_cast<double>(random() >> 11) *
                                          std::pow(10.0, static_cast<int>(random() % 60) - 40);
    if (!std::isfinite(value)) continue;
    const auto text = canonical(Json(value));
    REQUIRE(text);
    if (std::strtod(text->c_str(), nullptr) != value) FAIL("lost: " << *text);
    if (text->find_first_not_of("0123456789.e+-") != std::string::npos) FAIL("form: " << *text);
    // One digit less must not give the same double back.
    char shorter[64];
    std::size_t digits = 0;
    bool leading = true;
    for (const char c : text->substr(0, text->find('e'))) {
      if (c >= '0' && c <= '9' && !(leading && c == '0')) leading = false, ++digits;
    }
    // A large integer is padded with zeros that are no digits of its shortest form.
    if (digits < 2 || text->find_first_of(".e") == std::string::npos) continue;
    std::snprintf(shorter, sizeof shorter, "%.*e", static_cast<int>(digits) - 2, value);
    if (std::strtod(shorter, nullptr) == value) FAIL("not shortest: " << *text);
  }
}

}  // namespace mpk::json
