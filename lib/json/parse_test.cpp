// Strict JSON: each accepted form beside its refused neighbour.
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <ostream>
#include <string>

namespace mpk::json {
namespace {

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("a document has at most as many values as are allowed") {
  const ParseOptions four{.max_values = 4};
  CHECK(parse(R"({"a":[1,2]})", four));
  CHECK(parse(R"({"a":[1,2,3]})", four).error().kind() == ErrorKind::too_large);
  CHECK(parse("[[],[],[],[]]", four).error().kind() == ErrorKind::too_large);
}

TEST_CASE("every kind of value is read") {
  auto value = parse(
      R"( {"n":null,"t":true,"i":-3,"u":18446744073709551615,"f":1.5,"s":"é\n","a":[1,[]],"o":{}} )");
  REQUIRE(value);
  CHECK((*value)["n"].is_null());
  CHECK((*value)["t"].get<bool>());
  CHECK((*value)["i"].get<int>() == -3);
  CHECK((*value)["u"].get<std::uint64_t>() == 18446744073709551615U);
  CHECK((*value)["f"].get<double>() == 1.5);
  CHECK((*value)["s"].get<std::string>() == "é\n");
  CHECK((*value)["a"][1].is_array());
  CHECK((*value)["o"].empty());
  CHECK(value->size() == 8);
}

TEST_CASE("a scalar is a document") {
  CHECK(parse("7")->get<int>() == 7);
  CHECK(parse("\"x\"")->get<std::string>() == "x");
}

TEST_CASE("what is not JSON is malformed, with its place") {
  struct {
    const char* name;
    std::string text;
    const char* message;
  } const table[] = {
      {"nothing", "",
       "invalid JSON at 1:1: unexpected end of input; expected '[', '{', or a literal"},
      {"open object", "{\"a\":1", "invalid JSON at 1:6: unexpected end of input; expected '}'"},
      {"trailing comma", "{\n \"a\": 1,\n}",
       "invalid JSON at 3:1: unexpected '}'; expected string literal"},
      {"trailing value", "{} {}", "invalid JSON at 1:4: unexpected '{'; expected end of input"},
      {"comment", "// x\n1", "invalid JSON at 1:1: invalid literal"},
      {"bare word", "[nope]", "invalid JSON at 1:3: invalid literal"},
      {"single quotes", "['a']", "invalid JSON at 1:2: invalid literal"},
      {"leading zero", "01",
       "invalid JSON at 1:2: unexpected number literal; expected end of input"},
      {"NaN", "NaN", "invalid JSON at 1:1: invalid literal"},
      {"too large for a double", "[1e400]", "invalid JSON at 1:6: number does not fit a double"},
      {"byte order mark", "\xef\xbb\xbf{}", "invalid JSON at 1:1: starts with a byte order mark"},
      {"NUL and more", std::string("{}\0{}", 5), "invalid JSON at 1:3: contains a NUL byte"},
      {"duplicate key", R"({"a":1,"a":1})", "$: duplicate key \"a\""},
      {"duplicate key by escape", R"({"a":1,"\u0061":1})", "$: duplicate key \"a\""},
      {"duplicate key deep inside", R"({"x":[1,{"y.z":{"b":1,"c":[],"b":2}}]})",
       "$.x[1][\"y.z\"]: duplicate key \"b\""},
  };
  for (const auto& row : table) {
    CAPTURE(row.name);
    auto value = parse(row.text);
    REQUIRE_FALSE(value);
    CHECK(value.error().kind() == ErrorKind::malformed);
    CHECK(value.error().text() == row.message);
  }
}

TEST_CASE("equal keys in different objects are no duplicates") {
  CHECK(parse(R"([{"a":1},{"a":{"a":2}}])"));
}

TEST_CASE("a tab in a string is refused and its escape accepted") {
  CHECK_FALSE(parse("\"a\tb\""));
  CHECK(parse(R"("a\tb")")->get<std::string>() == "a\tb");
}

TEST_CASE("surrogates are accepted in pairs only") {
  CHECK(parse(R"("\ud83d\ude00")")->get<std::string>() == "\xf0\x9f\x98\x80");
  for (const char* lone : {R"("\ud83d")", R"("\ude00")", R"("\ude00\ud83d")", R"({"\ud83d":1})"}) {
    CAPTURE(lone);
    CHECK_FALSE(parse(lone));
  }
}

TEST_CASE("UTF-8 must be valid in values and in keys") {
  CHECK(parse("\"\xf4\x8f\xbf\xbf\""));
  for (const char* bad : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse("\"" + std::string(bad) + "\""));
    CHECK_FALSE(parse("{\"" + std::string(bad) + "\":1}"));
  }
}

TEST_CASE("an error never repeats the text that was read") {
  auto value = parse("\"" + std::string(100000, 'x') + "\xff\"");
  REQUIRE_FALSE(value);
  CHECK(value.error().text().size() < 300);
  CHECK(value.error().text().find("xxx") == std::string::npos);
}

TEST_CASE("depth is capped, exactly") {
  CHECK(parse(nested(limits::kJsonDepth)));
  auto deep = parse(nested(limits::kJsonDepth + 1));
  REQUIRE_FALSE(deep);
  CHECK(deep.error().kind() == ErrorKind::too_large);
  CHECK(deep.error().text() == "JSON is nested deeper than 64 levels");
  CHECK(parse("1", {.max_depth = 0}));
  CHECK_FALSE(parse("{}", {.max_depth = 0}));
  CHECK(parse(nested(200), {.max_depth = 200}));
  CHECK_FALSE(parse(std::string(1'000'000, '[')));
}

TEST_CASE("size is capped, one byte over is too large") {
  CHECK(parse("[1,2]", {.max_bytes = 5}));
  auto large = parse("[1,2]", {.max_bytes = 4});
  REQUIRE_FALSE(large);
  CHECK(large.error().kind() == ErrorKind::too_large);
  CHECK(large.error().text() == "JSON document has 5 bytes, the limit is 4");
}

TEST_CASE("time is linear in the length of an array") {
  std::string text = "[";
  for (int i = 0; i < 200'000; ++i) text += R"({"a":[1],"b":"x"},)";
  text.back() = ']';
  const auto start = std::chrono::steady_clock::now();
  CHECK(parse(text)->size() == 200'000);
  // A quadratic builder takes minutes here; the bound leaves room for sanitizers and busy machines.
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

}  // namespace mpk::json
