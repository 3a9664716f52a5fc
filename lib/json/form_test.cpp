// Tests of forms: what is read, and the line of everything that is refused.
#include "json/form.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>
#include <string>

using namespace mpk;

namespace {

const json::Form& form() {
  static const auto compiled = json::Form::compile(R"({
    "type": "object", "additionalProperties": false, "required": ["name"],
    "properties": {
      "name": {"type": "string", "pattern": "\\S"},
      "size": {"anyOf": [{"type": "number"}, {"$comment": "a number", "const": "?"}]},
      "date": {"$comment": "a date: 2026-03-14", "type": "string", "pattern": "^[0-9]"},
      "parts": {"type": "array", "items": {"$ref": "#/definitions/part"}}},
    "definitions": {"part": {
      "type": "object", "additionalProperties": false, "required": ["count"],
      "properties": {"count": {"type": "integer", "minimum": 1}, "a/b": {"type": "string"}}}}})",
                                                   "docs/x.md shows one");
  return *compiled;
}

}  // namespace

TEST_CASE("a form takes YAML and JSON, and both say the same") {
  const auto yaml = form().read("name: x\nparts:\n  - count: 2\n", "f.yaml");
  REQUIRE(yaml);
  CHECK((*yaml)["parts"][0]["count"] == 2);
  CHECK(*form().read(R"({"name": "x", "parts": [{"count": 2}]})", "f.json") == *yaml);
  CHECK(*form().read("{\n\t\"name\": \"x\",\n\t\"parts\": [{\"count\": 2}]\n}", "f.json") == *yaml);
  CHECK(*form().read("{name: x, parts: [{count: 2}]}", "f.yaml") == *yaml);
  // YAML has no surrogate pairs, JSON has.
  CHECK((*form().read(R"({"name": "\ud83d\ude00"})", "f.json"))["name"] == "\xf0\x9f\x98\x80");
}

TEST_CASE("what a form refuses is told with file, line and column") {
  const struct {
    const char* text;
    const char* message;
    const char* hint;
  } table[] = {
      {"name: x\nparts:\n  - count: 0\n", "f.yaml:3:5: $.parts[0].count: ", "docs/x.md shows one"},
      {"name: x\nparts:\n  - cuont: 1\n", "f.yaml:3:5: $.parts[0].cuont: no such key",
       "did you mean count?"},
      {"name: x\nquite different: 1\n", "f.yaml:2:1: $[\"quite different\"]: no such key",
       "docs/x.md shows one"},
      {"parts: []\n", "f.yaml:1:1: $: ", "docs/x.md shows one"},
      {"- name: x\n", "f.yaml:1:1: $: expected a mapping", "docs/x.md shows one"},
      {"- name: x\n", "f.yaml:1:1: $: expected a mapping, found array", ""},
      {"", "f.yaml: $: expected a mapping, found nothing", "docs/x.md shows one"},
      {"name: x\ndate: soon\n", "f.yaml:2:1: $.date: ", "a date: 2026-03-14"},
      {"name: x\ndate: 7\n", "f.yaml:2:1: $.date: expected string, found integer",
       "a date: 2026-03-14"},
      {"name: x\nsize: big\n", "f.yaml:2:1: $.size: ", "a number"},
      {"name: 1.5\n", "f.yaml:1:1: $.name: expected string, found number",
       "put it in quotes if it is text"},
      {"name: [\n", "f.yaml:", ""},
      {"name: x\nname: y\n", "f.yaml:2:1", ""},
      {R"({"name": "x", "parts": [{"a/b": 1, "count": 1}]})",
       "f.yaml:1:26: $.parts[0][\"a/b\"]: ", "put it in quotes if it is text"},
      {R"({"name": 1, "x": "\ud83d\ude00"})", "f.yaml: $.x: no such key", "docs/x.md shows one"},
      {R"({"name": "\ud83d"})", "f.yaml", ""},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    const auto read = form().read(row.text, "f.yaml");
    REQUIRE_FALSE(read);
    CHECK(read.error().kind() == ErrorKind::usage);
    CHECK_MESSAGE(read.error().text().starts_with(row.message), read.error().text());
    if (*row.hint != 0) CHECK(read.error().hint() == row.hint);
  }
}

TEST_CASE("a form without its first line says which one that is") {
  const auto versioned = json::Form::compile(R"({"type": "object", "required": ["apiVersion"],
    "properties": {"apiVersion": {"const": "v1"}, "inner": {"required": ["apiVersion"]}}})",
                                             "docs/x.md shows one");
  REQUIRE(versioned);
  CHECK(versioned->read("inner: {apiVersion: 1}\n", "f").error().hint() ==
        "add the line apiVersion: v1");
  CHECK(versioned->read("apiVersion: v1\ninner: {}\n", "f").error().hint() ==
        "docs/x.md shows one");
}

TEST_CASE("a schema that is none is refused when it is compiled") {
  CHECK_FALSE(json::Form::compile("{", ""));
  CHECK_FALSE(json::Form::compile(R"({"type": "no such type"})", ""));
  CHECK(json::Form::compile("{}", ""));
}
