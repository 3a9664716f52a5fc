// Schema: what a violation says, what compile() refuses, and what hostile documents cost.
#include "json/schema.hpp"

#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <ostream>
#include <thread>

namespace mpk::json {
namespace {

Schema compiled(std::string_view text) {
  auto schema = Schema::compile(parse(text).value());
  if (!schema) FAIL(schema.error().text());
  return *schema;
}

std::vector<std::string> told(const Schema& schema, std::string_view document) {
  std::vector<std::string> out;
  for (const Violation& v : schema.validate(parse(document).value())) {
    out.push_back(v.instance + " | " + v.schema + " | " + v.message);
  }
  return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a violation names the instance, the keyword, and what was expected") {
  const Schema schema = compiled(R"({
    "type": "object", "required": ["name"], "additionalProperties": false,
    "properties": {
      "name": {"type": ["string", "null"], "minLength": 2, "maxLength": 4, "pattern": "^[a-z]+$"},
      "when": {"format": "date-time"},
      "size": {"type": "integer", "minimum": 1, "exclusiveMaximum": 10, "multipleOf": 0.5},
      "kind": {"enum": ["file", "library", 3]},
      "tags": {"type": "array", "maxItems": 2, "uniqueItems": true, "items": {"type": "string"}},
      "a/b~c": {"const": true}
    }})");
  const struct {
    const char* document;
    Lines lines;
  } table[] = {
      {R"({"name":"abc","when":"2026-11-20T14:03:00Z","size":2.0,"kind":3.0,"tags":["x"],"a/b~c":true})",
       {}},
      {"7", {" | /type | expected object, found integer"}},
      {"{}", {" | /required | missing \"name\""}},
      {R"({"name":7})", {"/name | /properties/name/type | expected null or string, found integer"}},
      {R"({"name":"A"})",
       {"/name | /properties/name/minLength | expected at least 2 characters, found 1",
        "/name | /properties/name/pattern | \"A\" does not match ^[a-z]+$"}},
      {R"({"name":"ééééé"})",
       {"/name | /properties/name/maxLength | expected at most 4 characters, found 5",
        "/name | /properties/name/pattern | \"ééééé\" does not match ^[a-z]+$"}},
      {R"({"name":null,"when":"yesterday"})",
       {"/when | /properties/when/format | \"yesterday\" is no date-time"}},
      {R"({"name":null,"size":10})",
       {"/size | /properties/size/exclusiveMaximum | expected less than 10, found 10"}},
      {R"({"name":null,"size":0.25})",
       {"/size | /properties/size/type | expected integer, found number"}},
      {R"({"name":null,"kind":"libary"})",
       {"/kind | /properties/kind/enum | expected one of \"file\", \"library\", 3, found "
        "\"libary\"; did you "
        "mean \"library\"?"}},
      {R"({"name":null,"tags":["x",1,"x"]})",
       {"/tags | /properties/tags/maxItems | expected at most 2 items, found 3",
        "/tags | /properties/tags/uniqueItems | items 0 and 2 are equal",
        "/tags/1 | /properties/tags/items/type | expected string, found integer"}},
      {R"({"name":null,"nmae":1})",
       {"/nmae | /additionalProperties | member is not allowed here; did you mean \"name\"?"}},
      {R"({"name":null,"a/b~c":1})",
       {"/a~1b~0c | /properties/a~1b~0c/const | expected true, found 1"}},
  };
  for (const auto& row : table) {
    CAPTURE(row.document);
    CHECK(told(schema, row.document) == row.lines);
  }
}

TEST_CASE("of several forms, the one that must be meant is complained about") {
  const Schema schema = compiled(R"({"properties": {"x": {"oneOf": [
      {"type": "string", "maxLength": 1},
      {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
      {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}]}}})");
  CHECK(told(schema, R"({"x":"a"})").empty());
  CHECK(told(schema, R"({"x":"ab"})") ==
        Lines{"/x | /properties/x/oneOf/0/maxLength | expected at most 1 characters, found 2"});
  CHECK(told(schema, R"({"x":{"id":1}})") ==
        Lines{"/x/id | /properties/x/oneOf/1/properties/id/type | expected string, found integer"});
  CHECK(told(schema, R"({"x":{}})") ==
        Lines{"/x | /properties/x/oneOf | matches none of the 3 forms it may have"});
  CHECK(told(schema, R"({"x":{"id":"a","name":"b"}})") ==
        Lines{"/x | /properties/x/oneOf | matches 2 of the 3 forms of which it must have one"});
}

TEST_CASE("of several lists, the one whose first item fits is complained about") {
  const Schema schema = compiled(R"({"oneOf": [
      {"type": "array", "items": {"oneOf": [
          {"type": "object", "required": ["id"], "properties": {"id": {"enum": ["MIT"]}}},
          {"type": "object", "required": ["name"]}]}},
      {"type": "array", "items": [{"type": "object", "required": ["expression"]}], "maxItems": 1}]})");
  CHECK(told(schema, R"([{"expression":"a"}])").empty());
  CHECK(told(schema, R"([{"name":"a"}])").empty());
  CHECK(told(schema, R"([{"id":"MIt"}])") ==
        Lines{"/0/id | /oneOf/0/items/oneOf/0/properties/id/enum | expected \"MIT\", found "
              "\"MIt\"; did you "
              "mean \"MIT\"?"});
  CHECK(told(schema, R"([{}])") == Lines{" | /oneOf | matches none of the 2 forms it may have"});
}

TEST_CASE("violations stop at the limit and hostile text in them is harmless") {
  const Schema schema = compiled(R"({"items": {"enum": ["a"]}})");
  const Json document = std::vector<std::string>(1000, "\x1b[2J" + std::string(1000, 'x'));
  CHECK(schema.validate(document).size() == 20);
  CHECK(schema.validate(document, 3).size() == 3);
  CHECK(schema.validate(document, 0).size() == 1);  // never "valid" for lack of room
  CHECK(schema.validate(document)[0].message.size() < 300);
  CHECK(schema.validate(document)[0].message.find('\x1b') == std::string::npos);
}

TEST_CASE("a schema that is none is malformed") {
  for (const char* text : {"7",
                           "[]",
                           R"({"type": "text"})",
                           R"({"type": 7})",
                           R"({"properties": []})",
                           R"({"properties": {"a": 1}})",
                           R"({"required": "a"})",
                           R"({"required": [1]})",
                           R"({"minLength": -1})",
                           R"({"minLength": 1.5})",
                           R"({"maxItems": "1"})",
                           R"({"enum": []})",
                           R"({"enum": "a"})",
                           R"({"allOf": []})",
                           R"({"anyOf": {}})",
                           R"({"items": [1]})",
                           R"({"pattern": 1})",
                           R"({"format": 1})",
                           R"({"uniqueItems": 1})",
                           R"({"multipleOf": 0})",
                           R"({"exclusiveMinimum": true})",
                           R"({"dependencies": {"a": [1]}})",
                           R"({"dependencies": {"a": 1}})",
                           R"({"definitions": {"unused": 7}})",
                           R"({"$ref": 7})",
                           R"({"$ref": "#/definitions/none"})",
                           R"({"$ref": "#anchor"})",
                           R"({"$id": 7})",
                           R"({"not": null})",
                           R"({"definitions": {"a": {"$id": "#x"}, "b": {"$id": "#x"}}})"}) {
    CAPTURE(text);
    const auto schema = Schema::compile(parse(text).value());
    REQUIRE_FALSE(schema);
    CHECK(schema.error().kind() == ErrorKind::malformed);
  }
  for (const char* text :
       {"true", "{}", R"({"minLength": 1.0})", R"({"type": []})", R"({"x-note": 7})"}) {
    CAPTURE(text);
    CHECK(Schema::compile(parse(text).value()));
  }
}

TEST_CASE("what would be ignored although it asserts is unsupported") {
  for (const char* text :
       {R"({"$ref": "http://example.com/other.json"})", R"({"$ref": "other.json#/definitions/a"})",
        R"({"unevaluatedProperties": false})", R"({"dependentRequired": {}})",
        R"({"prefixItems": []})", R"({"properties": {"a": {"minContains": 1}}})",
        R"x({"pattern": "(?=a)"})x", R"x({"patternProperties": {"(?<!a)": true}})x",
        R"({"$schema": "https://json-schema.org/draft/2020-12/schema"})"}) {
    CAPTURE(text);
    const auto schema = Schema::compile(parse(text).value());
    REQUIRE_FALSE(schema);
    CHECK(schema.error().kind() == ErrorKind::unsupported);
  }
  CHECK(
      Schema::compile(parse(R"({"$schema": "http://json-schema.org/draft-07/schema#"})").value()));
}

TEST_CASE("schemas that apply themselves without descending are refused") {
  for (
      const char* text :
      {R"({"$ref": "#"})", R"({"allOf": [{"$ref": "#"}]})", R"({"not": {"$ref": "#"}})",
       R"({"dependencies": {"a": {"$ref": "#"}}})", R"({"if": {"anyOf": [true, {"$ref": "#"}]}})",
       R"({"definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}})"}) {
    CAPTURE(text);
    const auto schema = Schema::compile(parse(text).value());
    REQUIRE_FALSE(schema);
    CHECK(schema.error().kind() == ErrorKind::malformed);
    CHECK(schema.error().message().find("applies itself") != std::string::npos);
  }
  CHECK(told(compiled(R"({"properties": {"a": {"$ref": "#"}}, "maxProperties": 1})"),
             R"({"a":{"a":{"a":1,"b":2}}})") ==
        Lines{"/a/a | /maxProperties | expected at most 1 members, found 2"});
}

TEST_CASE("a long chain of references is refused, not recursed") {
  const auto chain = [](std::size_t length) {
    Json definitions = Json::object();
    for (std::size_t i = 0; i < length; ++i) {
      definitions["d" + std::to_string(i)] = {{"$ref", "#/definitions/d" + std::to_string(i + 1)}};
    }
    definitions["d" + std::to_string(length)] = {{"type", "string"}};
    return Schema::compile(
        {{"definitions", definitions}, {"properties", {{"a", {{"$ref", "#/definitions/d0"}}}}}});
  };
  CHECK(chain(60));
  for (const std::size_t length : {70, 100'000}) {
    const auto schema = chain(length);
    REQUIRE_FALSE(schema);
    CHECK(schema.error().kind() == ErrorKind::too_large);
  }
}

TEST_CASE("anchors and identifiers inside the document are found") {
  const Schema schema = compiled(R"({
    "$id": "http://example.com/root.json",
    "properties": {
      "a": {"$ref": "#word"}, "b": {"$ref": "inner.json"}, "c": {"$ref": "inner.json#/definitions/n"},
      "d": {"$ref": "http://example.com/root.json#/definitions/w"}, "e": {"$ref": "inner.json#deep"}},
    "definitions": {
      "w": {"$id": "#word", "type": "string"},
      "i": {"$id": "inner.json", "type": "object", "properties": {"x": {"$ref": "#/definitions/n"}},
            "definitions": {"n": {"type": "number"}, "m": {"$id": "#deep", "type": "null"}}}}})");
  CHECK(told(schema, R"({"a":"x","b":{"x":1},"c":1,"d":"x","e":null})").empty());
  CHECK(told(schema, R"({"a":1,"b":{"x":"1"},"c":"1","d":1,"e":1})").size() == 5);
}

TEST_CASE("branching recursion costs linear time") {
  // Undecided, each level would be looked at four times as often as the one above it.
  const Schema schema = compiled(R"({"anyOf": [
      {"items": {"$ref": "#"}, "minItems": 1}, {"items": {"$ref": "#"}, "type": "array"},
      {"allOf": [{"items": {"$ref": "#"}}, {"contains": {"$ref": "#"}}]}], "not": {"const": 1}})");
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(told(schema, std::string(60, '[') + "1" + std::string(60, ']')).empty());
  CHECK(told(schema, std::string(60, '[') + "2" + std::string(60, ']')).empty());
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("large arrays of unique items and long strings cost no more than they weigh") {
  const Schema schema = compiled(
      R"({"properties": {"list": {"uniqueItems": true}, "text": {"pattern": "^(a+)+$", "format": "uri"},
                         "word": {"enum": ["library"]}}})");
  Json document = {{"list", Json::array()},
                   {"text", std::string(1'000'000, 'a') + "!"},
                   {"word", std::string(1'000'000, 'l')}};
  for (int i = 0; i < 100'000; ++i) document["list"].push_back({{"n", i}});
  const auto start = std::chrono::steady_clock::now();
  CHECK(schema.validate(document).size() == 3);
  document["list"].push_back({{"n", 5.0}});
  CHECK(schema.validate(document).size() == 4);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

TEST_CASE("a document that is nested too deeply is a violation") {
  const Schema schema = compiled("{}");
  const auto nested = [](std::size_t depth) {
    return parse(std::string(depth, '[') + std::string(depth, ']'), {.max_depth = 1000}).value();
  };
  CHECK(schema.validate(nested(128)).empty());
  CHECK(schema.validate(nested(129)).size() == 1);
}

TEST_CASE("one schema serves many threads") {
  const Schema schema = compiled(
      R"({"items": {"$ref": "#/definitions/s"}, "definitions": {"s": {"pattern": "^a+$"}}})");
  const Json good = {"a", "aa"}, bad = {"a", "b"};
  std::vector<int> verdicts(4, 0);
  std::vector<std::thread> threads;
  for (auto& verdict : verdicts) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        verdict += schema.validate(good).empty() && schema.validate(bad).size() == 1;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(verdicts == std::vector<int>(4, 200));
}

}  // namespace mpk::json
