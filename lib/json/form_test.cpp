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
      {"", "f.yaml: $: expected a mapping", "docs/x.md shows one"},
      {"name: [\n", "f.yaml:", ""},
      {"name: x\nname: y\n", "f.yaml:2:1", ""},
      {R"({"name": "x", "parts": [{"a/b": 1, "count": 1}]})",
       "f.yaml:1:26: $.parts[0][\"a/b\"]: ", "docs/x.md shows one"},
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

TEST_CASE("a schema that is none is refused when it is compiled") {
  CHECK_FALSE(json::Form::compile("{", ""));
  CHECK_FALSE(json::Form::compile(R"({"type": "no such type"})", ""));
  CHECK(json::Form::compile("{}", ""));
}
