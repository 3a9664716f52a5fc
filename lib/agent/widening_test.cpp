// What a schema takes that it refused before.
#include "agent/widening.hpp"

#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

using namespace mpk;
using namespace mpk::agent;

namespace {

struct Row {
  const char* before;
  const char* after;
  bool wider;
};

Json schema(const char* text) { return json::parse(text).take(); }

bool is_wider(const Row& row) {
  const auto differences = schema_differences(schema(row.before), schema(row.after));
  REQUIRE(!differences.empty());
  return std::any_of(differences.begin(), differences.end(),
                     [](const SchemaDifference& each) { return each.wider; });
}

// Each wider row has its neighbour in the other direction, which is not.
const Row kRows[] = {
    {R"({"required": ["a", "b"]})", R"({"required": ["a"]})", true},
    {R"({"required": ["a"]})", R"({"required": ["a", "b"]})", false},
    {R"({"additionalProperties": false})", R"({})", true},
    {R"({})", R"({"additionalProperties": false})", false},
    {R"({"additionalProperties": false})", R"({"additionalProperties": {"type": "string"}})", true},
    {R"({"additionalProperties": {"type": "string"}})", R"({"additionalProperties": false})",
     false},
    {R"({"unevaluatedProperties": false})", R"({"unevaluatedProperties": true})", true},
    {R"({"unevaluatedProperties": true})", R"({"unevaluatedProperties": false})", false},
    {R"({"enum": [1]})", R"({"enum": [1, 2]})", true},
    {R"({"enum": [1, 2]})", R"({"enum": [1]})", false},
    {R"({"enum": [1]})", R"({})", true},
    {R"({"enum": [1, 2]})", R"({"enum": [2, 1]})", false},
    {R"({"type": "integer"})", R"({"type": "number"})", true},
    {R"({"type": "number"})", R"({"type": "integer"})", false},
    {R"({"type": "string"})", R"({"type": ["string", "null"]})", true},
    {R"({"type": ["string", "null"]})", R"({"type": "string"})", false},
    {R"({"type": "string"})", R"({})", true},
    {R"({})", R"({"type": "string"})", false},
    {R"({"maxLength": 5})", R"({"maxLength": 6})", true},
    {R"({"maxLength": 6})", R"({"maxLength": 5})", false},
    {R"({"minimum": 0})", R"({"minimum": -1})", true},
    {R"({"minimum": -1})", R"({"minimum": 0})", false},
    {R"({"maximum": 5})", R"({})", true},
    {R"({"pattern": "^a"})", R"({})", true},
    {R"({})", R"({"pattern": "^a"})", false},
    {R"({"pattern": "^a"})", R"({"pattern": "^b"})", false},
    {R"({"const": 1})", R"({})", true},
    {R"({"anyOf": [{"type": "string"}]})", R"({"anyOf": [{"type": "string"}, {}]})", true},
    {R"({"allOf": [{"type": "string"}, {"minLength": 1}]})", R"({"allOf": [{"type": "string"}]})",
     true},
    {R"({"allOf": [{"type": "string"}]})", R"({"allOf": [{"type": "string"}, {"minLength": 1}]})",
     false},
    {R"({"additionalProperties": false, "properties": {}})",
     R"({"additionalProperties": false, "properties": {"note": {}}})", true},
    {R"({"properties": {}})", R"({"properties": {"note": {}}})", false},
    {R"({"properties": {"a": {"items": {"type": "integer"}}}})",
     R"({"properties": {"a": {"items": {"type": "number"}}}})", true},
    {R"({"$defs": {"x": {"maxItems": 1}}})", R"({"$defs": {"x": {"maxItems": 2}}})", true},
    {R"(false)", R"({"type": "string"})", true},
    {R"({"type": "string"})", R"(true)", true},
    {R"(true)", R"({"type": "string"})", false},
    {R"({"description": "a"})", R"({"description": "b"})", false},
};

}  // namespace

TEST_CASE("what takes more than before is named wider, and nothing else is") {
  for (const auto& row : kRows) {
    CAPTURE(row.before);
    CAPTURE(row.after);
    CHECK(is_wider(row) == row.wider);
  }
}

TEST_CASE("a schema does not differ from itself") {
  for (const auto& row : kRows)
    CHECK(schema_differences(schema(row.before), schema(row.before)).empty());
}

TEST_CASE("a difference says where it is") {
  const auto found = schema_differences(
      schema(R"({"properties": {"a/b": {"type": "string"}}, "required": ["x"]})"),
      schema(R"({"properties": {"a/b": {"type": "null"}}})"));
  REQUIRE(found.size() == 2);
  CHECK(found[0].pointer == "/properties/a~1b/type");
  CHECK(found[0].text == R"(type "string" became "null")");
  CHECK(found[1].pointer == "/required");
  CHECK(found[1].text == "x is no longer required");
}

TEST_CASE("the list of differences is bounded") {
  Json before = Json::object(), after = Json::object();
  for (int i = 0; i < 1000; ++i) after["properties"][std::to_string(i)] = true;
  CHECK(schema_differences(before, after, 7).size() == 7);
  Json deep = true, other = false;
  for (int i = 0; i < 2000; ++i) {
    deep = Json{{"items", deep}};
    other = Json{{"items", other}};
  }
  CHECK(schema_differences(deep, other).size() == 1);
}
