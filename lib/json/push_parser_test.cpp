// push_parser: the events of a document in any pieces, and what is refused.
#include "json/push_parser.hpp"

#include "base/limits.hpp"

#include <doctest/doctest.h>

#include <ostream>

namespace mpk::json {
namespace {

/// The events as text: keys with a colon, strings in quotes.
class Written : public PushEvents {
 public:
  Result<void> begin(bool array) override { return add(array ? "[" : "{"); }
  Result<void> end(bool array) override { return add(array ? "]" : "}"); }
  Result<void> key(std::string& given) override { return add(given + ":"); }
  Result<void> string(std::string& given) override { return add("'" + given + "'"); }
  Result<void> number(std::optional<std::uint64_t> value) override {
    return add(value ? std::to_string(*value) : "number");
  }
  Result<void> word(std::optional<bool> value) override {
    if (text == "[" && value == false) return Error(ErrorKind::mismatch, "stop");
    return add(!value ? "null" : *value ? "true" : "false");
  }
  std::string text;

 private:
  Result<void> add(const std::string& more) {
    text += (text.empty() ? "" : " ") + more;
    return {};
  }
};

Result<std::string> events(std::string_view text, std::size_t piece = SIZE_MAX) {
  Written written;
  PushParser parser(written);
  for (std::size_t at = 0; at < text.size(); at += piece) {
    TRY(parser.feed(text.substr(at, piece)));
    if (piece > text.size()) break;
  }
  TRY(parser.finish());
  return written.text;
}

}  // namespace

TEST_CASE("a document is told in its order, whatever pieces it comes in") {
  const struct {
    const char *text, *events;
  } table[] = {
      {R"( {"a": [1, -2, 3.5, 1e2], "b": {}, "c": [] } )",
       "{ a: [ 1 number number number ] b: { } c: [ ] }"},
      {R"([true,false,null,"x"])", "[ true false null 'x' ]"},
      {"18446744073709551615", "18446744073709551615"},
      {"[18446744073709551616,0,-0,0.0]", "[ number 0 number number ]"},
      {R"("\"\\\/\b\f\n\r\t")", "'\"\\/\b\f\n\r\t'"},
      {R"(["\u00e9\u20AC","\ud83d\ude00é"])", "[ '\u00e9\u20ac' '\U0001F600é' ]"},
      {R"({"a":1,"a":2})", "{ a: 1 a: 2 }"},
      {"\"\"", "''"},
  };
  for (const auto& row : table) {
    CAPTURE(std::string_view(row.text));
    for (const std::size_t piece : {SIZE_MAX, std::size_t{1}, std::size_t{3}}) {
      const auto found = events(row.text, piece);
      REQUIRE(found);
      CHECK(*found == row.events);
    }
  }
}

TEST_CASE("what is no JSON is refused at its byte") {
  const struct {
    const char* text;
    int byte;
  } table[] = {
      {"", 1},
      {" ", 2},
      {"[1,]", 4},
      {"{,}", 2},
      {"{\"a\"}", 5},
      {"[1 2]", 4},
      {"01", 3},
      {"1.", 3},
      {"-", 2},
      {"+1", 1},
      {"1e", 3},
      {"[1.e1]", 6},
      {"tru", 4},
      {"trux", 4},
      {"truex", 5},
      {"[}", 2},
      {"{]", 2},
      {"]", 1},
      {"1]", 2},
      {"\"", 2},
      {"\"\\x\"", 3},
      {"\"\\u12g4\"", 6},
      {"\"\\ud800\"", 8},
      {"\"\\udc00\"", 7},
      {"\"\\ud800\\n\"", 9},
      {"\"\\ud800x\"", 8},
      {"\"\\ud800\\u0041\"", 13},
      {"\"\x01\"", 2},
      {"\"\xff\"", 3},
      {"\xef\xbb\xbf{}", 1},
      {"{\"a\":1,}", 8},
      {"{1:2}", 2},
      {"[1]x", 4},
      {"nul", 4},
      {"{\"a\":}", 6},
  };
  for (const auto& row : table) {
    CAPTURE(std::string_view(row.text));
    for (const std::size_t piece : {SIZE_MAX, std::size_t{1}}) {
      const auto found = events(row.text, piece);
      REQUIRE_FALSE(found);
      CHECK(found.error().text() == "no JSON at byte " + std::to_string(row.byte));
    }
  }
}

TEST_CASE("depth and the length of strings and numbers have limits") {
  const auto nested = [](std::size_t levels) {
    return events(std::string(levels, '[') + std::string(levels, ']'));
  };
  CHECK(nested(limits::kJsonDepth));
  CHECK(nested(limits::kJsonDepth + 1).error().kind() == ErrorKind::malformed);
  const auto text = [](std::size_t size) { return "\"" + std::string(size, 'x') + "\""; };
  CHECK(events(text(kPushString), 1000)->size() == kPushString + 2);
  CHECK(events(text(kPushString + 1), 1000).error().kind() == ErrorKind::too_large);
  CHECK(events("[" + std::string(1024, '1') + "]"));
  CHECK(events("[" + std::string(1025, '1') + "]").error().kind() == ErrorKind::malformed);
}

TEST_CASE("an error of who listens is the parser's") {
  CHECK(events("[true,false]"));
  CHECK(events("[false]").error().kind() == ErrorKind::mismatch);
}

}  // namespace mpk::json
