// Tests of references_read: a user's rows, and where what is wrong stands.
#include "admit/limits.hpp"
#include "admit/references.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::admit;

TEST_CASE("rows of a user are read and looked at") {
  const auto rows = ReferenceTable::read_rows(R"(references:
  - group: example.com
    kind: ModelServer
    path: spec.models[*].uri
  - {group: "", kind: Pod, path: "metadata.annotations['example.com/model']"}
  - {group: "*", kind: "*", path: spec.any}
)",
                                              "rows.yaml");
  REQUIRE(rows);
  REQUIRE(rows->size() == 3);
  CHECK((*rows)[1].group.empty());
  CHECK((*rows)[1].reference == FoundReference::Kind::custom);
  const auto table = ReferenceTable::make({.rows = *rows});
  REQUIRE(table);
  const auto server = json::parse(R"({"apiVersion":"example.com/v2","kind":"ModelServer",
      "spec":{"models":[{"uri":"s3://a/b"},{"uri":"oci://ghcr.io/acme/llm:1"}],"any":"acme/llm:2"}})")
                          .value();
  const auto found = table->find(server);
  REQUIRE(found.size() == 2);
  CHECK(found[0].pointer == "/spec/any");
  CHECK(found[0].reference->text() == "docker.io/acme/llm:2");
  CHECK(found[1].pointer == "/spec/models/1/uri");
  CHECK(found[1].scheme == "oci://");
  CHECK(found[1].kind == FoundReference::Kind::custom);
  const auto pod = json::parse(R"({"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{
      "example.com/model":"ghcr.io/acme/llm","example.com/other":"ghcr.io/acme/llm"}}})")
                       .value();
  REQUIRE(table->find(pod).size() == 1);
  CHECK(table->find(pod)[0].pointer == "/metadata/annotations/example.com~1model");
}

TEST_CASE("a row of a user does not weaken a form") {
  const auto table = ReferenceTable::make(
      {.rows = {{"", "Pod", "spec.containers[*].image"}, {"*", "*", "spec{*}[*]{*}"}}});
  REQUIRE(table);
  const auto found = table->find(
      json::parse(
          R"({"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"s3://bucket/server"}]}})")
          .value());
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == FoundReference::Kind::container);
  CHECK_FALSE(found[0].reference);
}

TEST_CASE("a file of rows that says something else is refused with its place") {
  struct Row {
    std::string text, message;
  };
  const Row rows[] = {
      {"", "rows.yaml: "},
      {"references: []\n", "rows.yaml:1:1: references has no rows"},
      {"references:\n", "rows.yaml:1:1: "},
      {"rows: []\n", "rows.yaml:1:1: "},
      {"references: 1\n", "rows.yaml:1:1: $.references: expected an array"},
      {"references:\n  - group: a\n    kind: B\n",
       "rows.yaml:2:5: $.references[0]: missing \"path\""},
      {"references:\n  - {group: a, kind: B, path: c, podSpec: true}\n", "rows.yaml:2:5: "},
      {"references:\n  - group: a\n    kind: B\n    path: c..d\n",
       "rows.yaml:4:5: path \"c..d\": a member without a name"},
      {"references:\n  - group: a/v1\n    kind: B\n    path: c\n",
       "rows.yaml:2:5: \"a/v1\" is no group: leave the version out"},
      {"references:\n  - group: a\n    kind: ''\n    path: c\n", "rows.yaml:3:5: kind is empty"},
      {"references:\n  - group: 1\n    kind: B\n    path: c\n",
       "rows.yaml:2:5: $.references[0].group: expected a string, found number"},
      {"references: [\n", "rows.yaml:2:1: "},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto refused = ReferenceTable::read_rows(row.text, "rows.yaml");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::usage);
    CHECK(refused.error().message().substr(0, row.message.size()) == row.message);
  }
}

TEST_CASE("a table is not made of a path that can't be read, and of no more rows than the cap") {
  const auto refused = ReferenceTable::make({.rows = {{"example.com", "Model", "spec."}}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::usage);
  std::string text = "references:\n";
  for (std::size_t i = 0; i < admit::limits::kReferenceRows; ++i)
    text += "- {group: a, kind: B, path: c}\n";
  CHECK(ReferenceTable::read_rows(text, "rows.yaml"));
  const auto over =
      ReferenceTable::read_rows(text + "- {group: a, kind: B, path: c}\n", "rows.yaml");
  REQUIRE_FALSE(over);
  CHECK(over.error().message() == "rows.yaml:1002:3: over 1000 rows");
}
