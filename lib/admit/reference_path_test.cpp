// Tests of reference_path: the grammar, and what a path leads to.
#include "admit/reference_path.hpp"

#include "admit/limits.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::admit;

namespace {

std::vector<std::string> found(std::string_view path, std::string_view object) {
  const auto value = json::parse(object);
  REQUIRE(value);
  const auto parsed = ReferencePath::parse(path);
  REQUIRE(parsed);
  std::vector<std::string> out;
  for (const auto* each : parsed->strings(*value)) out.push_back(each->get<std::string>());
  return out;
}

}  // namespace

TEST_CASE("a path leads to the strings of its members, items and values") {
  using Texts = std::vector<std::string>;
  CHECK(found("a", R"({"a":"x"})") == Texts{"x"});
  CHECK(found("a.b", R"({"a":{"b":"x","c":"y"}})") == Texts{"x"});
  CHECK(found("a[*]", R"({"a":["x","y"]})") == Texts{"x", "y"});
  CHECK(found("a[*].b", R"({"a":[{"b":"x"},{"c":"z"},{"b":"y"}]})") == Texts{"x", "y"});
  CHECK(found("a{*}.b", R"({"a":{"p":{"b":"x"},"q":{"b":"y"}}})") == Texts{"x", "y"});
  CHECK(found("a[*][*]", R"({"a":[["x"],["y"]]})") == Texts{"x", "y"});
  CHECK(found("a['b.c/d']", R"({"a":{"b.c/d":"x"}})") == Texts{"x"});
  CHECK(found("['a.b'].c", R"({"a.b":{"c":"x"}})") == Texts{"x"});
  CHECK(found("a['[*]']", R"({"a":{"[*]":"x"}})") == Texts{"x"});
}

TEST_CASE("what is not there, empty or of another type is no string of a path") {
  for (const auto* object : {"{}", "[]", "1", "\"x\"", "null", R"({"a":1})", R"({"a":{"b":1}})",
                             R"({"a":{"b":""}})", R"({"a":{"b":["x"]}})", R"({"a":[{"b":"x"}]})"})
    CHECK(found("a.b", object).empty());
  CHECK(found("a[*]", R"({"a":{"b":"x"}})").empty());
  CHECK(found("a{*}", R"({"a":["x"]})").empty());
}

TEST_CASE("a path of another form is refused") {
  for (const std::string path : {"", ".a", "a.", "a..b", "[*]", "{*}.a", "a[0]", "a[", "a]", "a{x}",
                                 "a['b", "a['']", "a'b'", "a[*]b", "a['b']c", "a.[*]", "$.a["}) {
    CAPTURE(path);
    const auto refused = ReferencePath::parse(path);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::usage);
  }
}

TEST_CASE("a path has at most so many bytes and steps") {
  CHECK(ReferencePath::parse(std::string(admit::limits::kPathBytes, 'a')));
  CHECK_FALSE(ReferencePath::parse(std::string(admit::limits::kPathBytes + 1, 'a')));
  std::string path = "a";
  for (std::size_t i = 1; i < admit::limits::kPathSteps; ++i) path += ".a";
  CHECK(ReferencePath::parse(path));
  CHECK_FALSE(ReferencePath::parse(path + ".a"));
}
