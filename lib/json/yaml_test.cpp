// YAML: the core schema, the positions, and what the strict rules refuse.
#include "json/yaml.hpp"

#include "base/limits.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "json/yaml_stream.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

namespace mpk::json {
namespace {

Json read(std::string_view text) {
  auto document = parse_yaml(text, "p.yaml");
  if (!document) FAIL(document.error().text());
  return *document->value;
}

Json from_json(std::string_view text) { return parse(text).value(); }

}  // namespace

TEST_CASE("scalars follow the core schema of YAML 1.2") {
  const struct {
    const char* yaml;
    const char* json;
  } table[] = {
      {"", "null"},
      {"~", "null"},
      {"null", "null"},
      {"nULL", "\"nULL\""},
      {"true", "true"},
      {"False", "false"},
      {"tRUE", "\"tRUE\""},
      {"yes", "\"yes\""},
      {"no", "\"no\""},
      {"on", "\"on\""},
      {"0", "0"},
      {"-0", "0"},
      {"012", "12"},
      {"+7", "7"},
      {"-12", "-12"},
      {"0o17", "15"},
      {"0x1F", "31"},
      {"0b1", "\"0b1\""},
      {"0x", "\"0x\""},
      {"0o8", "\"0o8\""},
      {"1_000", "\"1_000\""},
      {"-0x1", "\"-0x1\""},
      {"1.5", "1.5"},
      {".5", "0.5"},
      {"5.", "5.0"},
      {"+1.5", "1.5"},
      {"1e3", "1000.0"},
      {"-1.5E-2", "-0.015"},
      {"1e", "\"1e\""},
      {"e1", "\"e1\""},
      {".", "\".\""},
      {"1.2.3", "\"1.2.3\""},
      {"+", "\"+\""},
      {"1 2", "\"1 2\""},
      {"'1'", "\"1\""},
      {"\"true\"", "\"true\""},
      {"''", "\"\""},
      {"1:30", "\"1:30\""},
      {"2026-11-20", "\"2026-11-20\""},
      {"'it''s'", "\"it's\""},
      {"\"a\\tb\\u00e9\"", "\"a\\tbé\""},
      {"é", "\"é\""},
      {"18446744073709551615", "18446744073709551615"},
      {"-9223372036854775808", "-9223372036854775808"},
  };
  for (const auto& row : table) {
    CAPTURE(row.yaml);
    const Json value = read("k: " + std::string(row.yaml) + "\n");
    CHECK(value.at("k") == from_json(row.json));
    CHECK(value.at("k").type_name() == std::string(from_json(row.json).type_name()));
  }
}

TEST_CASE("numbers that JSON cannot say are refused until they are quoted") {
  for (const char* text : {"18446744073709551616", "-9223372036854775809", "1e400", ".inf", "-.INF",
                           ".nan", "1234567890123456789012345678901234567890"}) {
    CAPTURE(text);
    auto plain = parse_yaml("k: " + std::string(text), "p.yaml");
    REQUIRE_FALSE(plain);
    CHECK(plain.error().kind() == ErrorKind::malformed);
    CHECK(plain.error().text().starts_with("p.yaml:1:4: number "));
    CHECK(plain.error().hint() == "put it in quotes if it is text");
    CHECK(read("k: '" + std::string(text) + "'").at("k") == Json(text));
  }
}

TEST_CASE("collections and block scalars are read") {
  CHECK(
      read("a:\n  - b: 1\n    c: [x, {y: 'z'}]\n  -\nd: |\n  one\n  \ttwo\ne: >-\n  three\n  "
           "four\n") ==
      from_json(R"({"a":[{"b":1,"c":["x",{"y":"z"}]},null],"d":"one\n\ttwo\n","e":"three four"})"));
}

TEST_CASE("JSON is YAML") {
  const char* text = R"({"a":["\u00e9",1.5e3, null, true, "\/"], "b": {}})";
  CHECK(read(text) == from_json(text));
}

TEST_CASE("quotes, escapes, folds and breaks are read as YAML 1.2 says") {
  const struct {
    const char* yaml;
    const char* text;
  } table[] = {
      {"'x''''x'", "x''x"},
      {"''''''", "''"},
      {"'''\n  ''''\n  \n  z'", "' ''\nz"},
      {"'a\n\n\n  b'", "a\n\nb"},
      {"\"\\ \n  \"", "  "},
      {"\"a\\\\\\\n  \\x41b\"", "a\\Ab"},
      {"\"\\\n  \n  \n  b\"", "\n\nb"},
      {"\"a \\\n  \\ b\"", "a  b"},
      {">\n   a\n   b\n\n    c\n   d\n", "a b\n\n c\nd\n"},
      {">+\n   a\n\n   \tb\n\n\n", "a\n\n\tb\n\n\n"},
      {">-\n   a\n\n\n   b\n\n", "a\n\nb"},
      {"|2-\n     a\n    b\n", "   a\n  b"},
      {"|+\n\n   a\n\n", "\na\n\n"},
      {"x\n  y\n\n  z", "x y\nz"},
  };
  for (const auto& row : table) {
    CAPTURE(row.yaml);
    std::string text = "k: " + std::string(row.yaml) + "\n";
    if (text.ends_with("\n\n")) text.pop_back();
    CHECK(read(text).at("k") == Json(row.text));
    for (std::size_t i = 0; (i = text.find('\n', i)) != text.npos; i += 2) text.insert(i, "\r");
    CHECK(read(text).at("k") == Json(row.text));  // the kind of line break changes nothing
  }
}

TEST_CASE("an empty document is null, with and without a marker") {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n", "---\n...\n"}) {
    CAPTURE(text);
    CHECK(read(text).is_null());
  }
}

TEST_CASE("one document may have a marker, a version, a byte order mark and CRLF") {
  const Json one = {{"a", 1}};
  for (const char* text : {"---\na: 1\n", "a: 1\n...\n# end\n", "%YAML 1.2\n---\na: 1\n",
                           "\xef\xbb\xbf"
                           "a: 1\n",
                           "a: 1\r\n"}) {
    CAPTURE(text);
    CHECK(read(text) == one);
  }
  CHECK(read("\xef\xbb\xbf"
             "a: 1\nb: 2\n") == from_json(R"({"a":1,"b":2})"));
}

TEST_CASE("what the strict rules refuse is malformed, with its place") {
  const struct {
    const char* name;
    std::string text;
    const char* message;
  } table[] = {
      {"duplicate key", "a: 1\nb: 2\na: 3\n", "p.yaml:3:1: duplicate key \"a\""},
      {"duplicate key, quoted", "x:\n  a: 1\n  'a': 3\n", "p.yaml:3:3: duplicate key \"a\""},
      {"anchor", "a: &x 1\n", "p.yaml:1:4: anchors and aliases are not allowed"},
      {"anchor on a mapping", "a: &x\n  b: 1\n", "p.yaml:1:4: anchors and aliases are not allowed"},
      {"anchor on a key", "&x a: 1\n", "p.yaml:1:1: anchors and aliases are not allowed"},
      {"alias", "a: *x\n", "p.yaml:1:4: anchors and aliases are not allowed"},
      {"tag", "a: !!str 1\n", "p.yaml:1:4: tags are not allowed"},
      {"tag on nothing", "a: !!null\n", "p.yaml:1:4: tags are not allowed"},
      {"own tag on a list", "a: !x [1]\n", "p.yaml:1:4: tags are not allowed"},
      {"python tag", "!!python/object:os.system {a: 1}\n", "p.yaml:1:1: tags are not allowed"},
      {"merge key", "<<: {a: 1}\n", "p.yaml:1:1: merge keys are not allowed"},
      {"two documents", "a: 1\n---\nb: 2\n", "p.yaml:2:1: several documents in one file"},
      {"an empty second document", "a: 1\n---\n", "p.yaml:2:1: several documents in one file"},
      {"integer key", "1: a\n", "p.yaml:1:1: key must be a string, found 1"},
      {"boolean key", "true: a\n", "p.yaml:1:1: key must be a string, found true"},
      {"empty key", "{? , a: 1}\n", "p.yaml:1:4: key must be a string, found nothing"},
      {"list as key", "[a]: 1\n", "p.yaml:1:1: key must be a string"},
      {"mapping as key", "? {a: 1}\n: 1\n", "p.yaml:1:3: key must be a string"},
      {"tab as indent", "a:\n\tb: 1\n", "p.yaml:2:1: tab used as indentation"},
      {"tab among spaces", "a:\n  b: 1\n\tc: 2\n", "p.yaml:3:1: tab used as indentation"},
      {"open list", "a: [1\n",
       "p.yaml:2:1: did not find expected ',' or ']' (while parsing a flow sequence)"},
      {"mapping on one line", "a: b: c\n",
       "p.yaml:1:5: mapping values are not allowed in this context"},
      {"junk after the end", "{a: 1} junk\n", "p.yaml:1:8: did not find expected <document start>"},
      {"YAML 1.1", "%YAML 1.1\n---\na: 1\n", "p.yaml:1:1: YAML version must be 1.2"},
      {"NUL", std::string("a: 1\0b: 2", 9), "p.yaml:1:5: contains a control character"},
      {"escape character", "a: \x1b[2J\n", "p.yaml:1:4: contains a control character"},
      {"next line (NEL)", "a: x\xc2\x85y\n", "p.yaml:1:5: contains a Unicode line separator"},
      {"line separator", "é: x\xe2\x80\xa8y\n", "p.yaml:1:5: contains a Unicode line separator"},
      {"lone carriage return", "a: 1\rb: 2\n",
       "p.yaml:1:5: contains a carriage return without a line feed"},
      {"invalid UTF-8", "a: \xff\n", "p.yaml:1:1: text is not valid UTF-8"},
      {"lone surrogate", "a: \"\\ud800\"\n",
       "p.yaml:1:7: found invalid Unicode character escape code (while parsing a quoted scalar)"},
  };
  for (const auto& row : table) {
    CAPTURE(row.name);
    auto document = parse_yaml(row.text, "p.yaml");
    REQUIRE_FALSE(document);
    CHECK(document.error().kind() == ErrorKind::malformed);
    CHECK(document.error().text() == row.message);
  }
}

TEST_CASE("a quoted << and a quoted number are ordinary keys") {
  CHECK(read("'<<': 1\n\"1\": 2\n") == from_json(R"({"<<":1,"1":2})"));
}

TEST_CASE("depth and size are capped, exactly") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(parse_yaml(nested(limits::kJsonDepth), "p"));
  auto deep = parse_yaml(nested(limits::kJsonDepth + 1), "p");
  REQUIRE_FALSE(deep);
  CHECK(deep.error().kind() == ErrorKind::too_large);
  CHECK(deep.error().text() == "p:1:65: nested deeper than 64 levels");

  CHECK(parse_yaml("'" + std::string(limits::kYamlDocument - 2, 'x') + "'", "p"));
  auto large = parse_yaml("'" + std::string(limits::kYamlDocument - 1, 'x') + "'", "p");
  REQUIRE_FALSE(large);
  CHECK(large.error().kind() == ErrorKind::too_large);
}

TEST_CASE("a stream has any number of documents") {
  const struct {
    const char* text;
    const char* json;
  } table[] = {
      {"", "[]"},
      {"# nothing\n", "[]"},
      {"---\n", "[null]"},
      {"a: 1\n", R"([{"a":1}])"},
      {"a: 1\n---\nb: 2\n", R"([{"a":1},{"b":2}])"},
      {"---\na: 1\n...\n---\n---\n- 2\n", R"([{"a":1},null,[2]])"},
      {"a: |\n  x\n  ---\n  y\n", R"([{"a":"x\n---\ny\n"}])"},
      {"{\"a\": 1}\n---\n{\"b\": [2]}\n", R"([{"a":1},{"b":[2]}])"},
      {"a: 12e4567\nb: 12e3\n5e9999: .inf\n", R"([{"a":"12e4567","b":12000.0,"5e9999":".inf"}])"},
      {"k:{\"name\":\"a\",\"n\":1}:\n  .: {}\n  f:x: {}\n",
       R"([{"k:{\"name\":\"a\",\"n\":1}":{".":{},"f:x":{}}}])"},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    const auto documents = parse_yaml_stream(row.text, "s.yaml");
    REQUIRE_MESSAGE(documents, documents.error().text());
    Json values = Json::array();
    for (const auto& document : *documents) values.push_back(*document.value);
    CHECK(values == from_json(row.json));
  }
}

TEST_CASE("a stream's documents follow the strict rules, with their lines in the stream") {
  const struct {
    const char* text;
    const char* message;
  } table[] = {
      {"a: 1\n---\na: 1\na: 2\n", "s.yaml:4:1: duplicate key \"a\""},
      {"a: 1\n---\na: &x 1\n", "s.yaml:3:4: anchors and aliases are not allowed"},
      {"a: 1\n---\na: !!str 1\n", "s.yaml:3:4: tags are not allowed"},
      {"a: 1\n---\n1: a\n", "s.yaml:3:1: key must be a string, found 1"},
      {"a: 1\n...\n%YAML 1.1\n---\na: 1\n", "s.yaml:3:1: YAML version must be 1.2"},
      {"a: x\xe2\x80\xa8y\n", "s.yaml:1:5: contains a Unicode line separator"},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    const auto documents = parse_yaml_stream(row.text, "s.yaml");
    REQUIRE(!documents);
    CHECK(documents.error().kind() == ErrorKind::malformed);
    CHECK(documents.error().text() == row.message);
  }
}

TEST_CASE("a stream has caps on its bytes and on the values of all documents together") {
  const std::string text = "a: 1\n---\nb: [2, 3]\n";
  CHECK(parse_yaml_stream(text, "s", {.max_bytes = text.size(), .max_values = 6}));
  const auto bytes = parse_yaml_stream(text, "s", {.max_bytes = text.size() - 1});
  REQUIRE(!bytes);
  CHECK(bytes.error().kind() == ErrorKind::too_large);
  const auto values = parse_yaml_stream(text, "s", {.max_values = 5});
  REQUIRE(!values);
  CHECK(values.error().kind() == ErrorKind::too_large);
  CHECK(values.error().text() == "s:3:8: too many values");
}

TEST_CASE("of a stream the positions of the first two levels are known") {
  const auto documents = parse_yaml_stream("a: 1\n---\nitems:\n- k:\n    x: 1\n- k: 2\n", "s");
  REQUIRE(documents);
  const auto& second = documents->at(1);
  CHECK(second.where("s", "$.items[1]") == "s:6:3");
  CHECK(second.where("s", "$.items[0].k.x") == "s:4:3");
}

TEST_CASE("positions are those of keys and items, by the path that Field prints") {
  const char* text =
      "version: 1\n"
      "signers:\n"
      "  - issuer: https://a\n"
      "    \"odd.key\": [1, 2]\n"
      "  - issuer: https://b\n";
  auto document = parse_yaml(text, "policy.yaml");
  REQUIRE(document);
  const Field root(*document->value);
  const Field second = (*root.items("signers"))[1];
  CHECK(document->where("policy.yaml", second.at("issuer")->path()) == "policy.yaml:5:5");
  CHECK(document->where("policy.yaml", "$.signers[0][\"odd.key\"][1]") == "policy.yaml:4:20");
  CHECK(document->where("policy.yaml", "$.version") == "policy.yaml:1:1");
  CHECK(document->where("policy.yaml", "$") == "policy.yaml:1:1");
}

TEST_CASE("an error of a field is located by its path, and is the user's") {
  auto document = parse_yaml("a:\n  - b: 1\n", "p");
  REQUIRE(document);
  const Field entry = (*Field(*document->value).items("a"))[0];
  const auto wrong = entry.string("b");
  REQUIRE_FALSE(wrong);
  const auto located = document->located("p", wrong.error());
  CHECK(located.kind() == ErrorKind::usage);
  CHECK(located.message() == "p:2:5: " + wrong.error().message());
  CHECK(located.hint() == wrong.error().hint());
  CHECK(document->located("p", Error(ErrorKind::malformed, "no path", "so")).message() ==
        "p: no path");
}

TEST_CASE("a missing member is shown at its nearest ancestor") {
  auto document = parse_yaml("a:\n  - b: 1\n  - 'x.y': 2\n", "p");
  REQUIRE(document);
  CHECK(document->where("p", "$.a[1].missing.more[3]") == "p:3:5");
  CHECK(document->where("p", "$.a[1][\"x.z\"].q") == "p:3:5");
  CHECK(document->where("p", "$.nowhere") == "p:1:1");
  CHECK(parse_yaml("", "p")->where("p", "$.a") == "p");
}

TEST_CASE("positions of a deep and wide document stay within their budget") {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "{" + std::string(78, 'k') + ": ";
  text += "[";
  while (text.size() < 400'000) text += "1,";
  text += "1]" + std::string(50, '}');
  auto document = parse_yaml(text, "p");
  REQUIRE(document);
  std::size_t bytes = 0;
  for (const auto& [path, position] : document->positions) bytes += path.size();
  CHECK(bytes <= 16 * limits::kYamlDocument);
  CHECK(document->positions.size() > 1000);
}

}  // namespace mpk::json
