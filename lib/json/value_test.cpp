// Json: the two texts.
#include "json/value.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

namespace mpk::json {

TEST_CASE("compact text has no white space and sorted keys") {
  const Json value = {{"b", {1, 2}}, {"a", nullptr}};
  CHECK(compact(value) == R"({"a":null,"b":[1,2]})");
}

TEST_CASE("pretty text is indented by two and ends with a line break") {
  const Json value = {{"b", {1, 2}}, {"a", Json::object()}};
  CHECK(pretty(value) == "{\n  \"a\": {},\n  \"b\": [\n    1,\n    2\n  ]\n}\n");
}

TEST_CASE("invalid UTF-8 is printed as a replacement character, not thrown") {
  CHECK(compact(Json("a\xff")) == "\"a\xef\xbf\xbd\"");
  CHECK(compact(Json("a\xc3\xbf")) == "\"a\xc3\xbf\"");
}

}  // namespace mpk::json
