// Tests of TOML: values, the order of keys, and what is refused.
#include "json/toml.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

using namespace mpk;

namespace {

std::string parsed(const std::string& text) {
  const auto document = json::parse_toml(text, "f.toml");
  return document ? document->dump() : document.error().text();
}

}  // namespace

TEST_CASE("tables, arrays and scalars become JSON, in the order of the document") {
  CHECK(parsed("") == "{}");
  CHECK(parsed("server = \"s\"\n[host.\"https://z\"]\ncapabilities = [\"pull\"]\nn = 1\n"
               "[host.\"https://a\"]\nok = true\nx = 1.5\n") ==
        R"({"server":"s","host":{"https://z":{"capabilities":["pull"],"n":1},)"
        R"("https://a":{"ok":true,"x":1.5}}})");
  CHECK(parsed("z = 1\na = {y = 1, b = 2}\n") == R"({"z":1,"a":{"y":1,"b":2}})");
  CHECK(parsed("d = 1979-05-27\n") == R"({"d":"1979-05-27"})");
}

TEST_CASE("what is no TOML is refused with its place") {
  for (const std::string text :
       {"a = ", "a = 1\na = 2", "[a\n", "a = \"\n\"", "a b = 1", "\x01", "[=]", "\u00e9 = 1",
        "[[\x02]]", "a = nan", "[t]\na = [1.0, -inf]"}) {
    CAPTURE(text);
    const auto document = json::parse_toml(text, "f.toml");
    REQUIRE_FALSE(document.has_value());
    CHECK(document.error().kind() == ErrorKind::malformed);
    CHECK(document.error().text().find("f.toml:") == 0);
  }
  const auto deep = json::parse_toml("a = " + std::string(100'000, '['), "f.toml");
  CHECK_FALSE(deep.has_value());
}
