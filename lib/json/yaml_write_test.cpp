// YAML written: it reads back as the same value, and people find no surprise in it.
#include "json/yaml_write.hpp"

#include "json/parse.hpp"
#include "json/yaml.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace mpk;

namespace {

Json read_back(const Json& value) {
  const auto text = json::to_yaml(value);
  CAPTURE(text);
  const auto document = json::parse_yaml(text, "written");
  REQUIRE(document);
  return *document->value;
}

}  // namespace

TEST_CASE("what is written reads back as the same value") {
  for (const char* text :
       {R"({"a": 1, "b": [1, 2.5, -3, true, false, null], "c": {"d": {"e": []}}, "f": {}})",
        R"([[1, [2, []], {}], {"a": [{"b": "c", "d": ["e"]}]}])", R"({"": "", "a b": " x "})",
        R"({"key": "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n"})",
        R"({"code": "a {\n  b\n\n    c\n}\n", "list": ["x\ny\n", {"z": "1\n2\n"}]})", "3", "\"x\"",
        "[]", "null"}) {
    CAPTURE(text);
    const auto value = json::parse(text).take();
    CHECK(read_back(value) == value);
  }
}

TEST_CASE("texts that YAML might take for something else come back as texts") {
  for (const char* text : {"true",
                           "No",
                           "y",
                           "null",
                           "~",
                           "1",
                           "1.6",
                           "0x1f",
                           "1e3",
                           "-",
                           "- a",
                           "a: b",
                           "a:",
                           ": a",
                           "# a",
                           "a # b",
                           "&a",
                           "*a",
                           "!a",
                           "|",
                           ">",
                           "%a",
                           "@a",
                           "`a",
                           "{a}",
                           "[a]",
                           "a,b",
                           "'a'",
                           "\"a\"",
                           "\\",
                           "2026-11-20",
                           " a",
                           "a ",
                           "a\n",
                           "\n",
                           "\na\n",
                           "a\n\n",
                           "a \nb\n",
                           " a\nb\n",
                           "a\tb\n",
                           "a\r\nb\n",
                           "\x01",
                           "\xc3\xa9",
                           "\xc3\xa9\n",
                           "\xf0\x9f\x98\x80",
                           "---",
                           "...",
                           "a\n---\nb\n",
                           "https://github.com/acme/train/.github/workflows/x.yml@refs/tags/v1",
                           "<<",
                           "=",
                           "?",
                           "a'b"}) {
    CAPTURE(text);
    for (const auto& value :
         {Json(text), Json{{"key", text}}, Json{{text, 1}}, Json::array({text})})
      CHECK(read_back(value) == value);
  }
}

TEST_CASE("it looks as a person would write it") {
  const Json value = {{"apiVersion", "v1"},
                      {"spec",
                       {{"list", Json::array({{{"name", "a"}, {"keys", {"x", "1.6"}}}, "b"})},
                        {"none", Json::array()},
                        {"text", "one\n  two\n"}}}};
  CHECK(json::to_yaml(value) ==
        "apiVersion: v1\n"
        "spec:\n"
        "  list:\n"
        "    - keys:\n"
        "        - x\n"
        "        - \"1.6\"\n"
        "      name: a\n"
        "    - b\n"
        "  none: []\n"
        "  text: |\n"
        "    one\n"
        "      two\n");
}
