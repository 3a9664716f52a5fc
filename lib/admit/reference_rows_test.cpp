// Tests of reference_rows: each row finds its place and no other, and the page has the same table.
#include "admit/reference_rows.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::admit;

namespace {

using Kind = FoundReference::Kind;

// The object that has `text` at the path; `renamed`: its last named member is called another way.
Json object_with(const BuiltInRow& row, const std::string& text, bool renamed) {
  std::vector<std::string> steps;
  for (const auto part : split(row.path, '.')) {
    auto rest = part;
    std::vector<std::string> wildcards;
    while (rest.ends_with("[*]") || rest.ends_with("{*}")) {
      wildcards.insert(wildcards.begin(), std::string(rest.substr(rest.size() - 3)));
      rest.remove_suffix(3);
    }
    steps.emplace_back(rest);
    steps.insert(steps.end(), wildcards.begin(), wildcards.end());
  }
  Json value = text;
  bool rename = renamed;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if (*step == "[*]") {
      value = Json::array({Json(), std::move(value)});
    } else if (*step == "{*}") {
      value = {{"other", Json()}, {"some", std::move(value)}};
    } else {
      value = {{rename ? "xX" + *step : *step, std::move(value)}};
      rename = false;
    }
  }
  value["apiVersion"] = std::string(row.group) + "/v1";
  value["kind"] = row.kind;
  return value;
}

std::vector<FoundReference> found(const Json& object) {
  const auto table = ReferenceTable::make({});
  REQUIRE(table);
  return table->find(object);
}

}  // namespace

TEST_CASE("each built-in row finds its place, and not the member of another name, kind or group") {
  for (const auto& row : built_in_rows()) {
    CAPTURE(row.kind);
    CAPTURE(row.path);
    const std::string text =
        row.reference == Kind::storage_uri ? "oci://ghcr.io/acme/llm:1" : "ghcr.io/acme/llm:1";
    const auto object = object_with(row, text, false);
    const auto references = found(object);
    REQUIRE(references.size() == 1);
    CHECK(references[0].kind == row.reference);
    CHECK(references[0].reference->text() == "ghcr.io/acme/llm:1");
    CHECK(object.at(Json::json_pointer(references[0].pointer)) == text);

    CHECK(found(object_with(row, text, true)).empty());
    auto other = object;
    other["kind"] = "Other";
    CHECK(found(other).empty());
    other = object;
    other["apiVersion"] = "example.com/v1";
    CHECK(found(other).empty());
    other["apiVersion"] = "v1";
    CHECK(found(other).empty());
  }
}

TEST_CASE("docs/admission.md lists every built-in row, and no other") {
  const auto page = read_file(MPK_SOURCE_DIR "/docs/admission.md", 1U << 20);
  REQUIRE(page);
  std::vector<std::string> listed;
  bool inside = false;
  for (const auto line : split(*page, '\n')) {
    if (line.starts_with("| group | kind | path | what |")) {
      inside = true;
    } else if (inside && !line.starts_with("|")) {
      inside = false;
    } else if (inside && !line.starts_with("|---")) {
      listed.emplace_back(line);
    }
  }
  std::vector<std::string> expected;
  for (const auto& row : built_in_rows()) {
    expected.push_back("| `" + std::string(row.group) + "` | " + std::string(row.kind) + " | `" +
                       std::string(row.path) + "` | " + std::string(to_string(row.reference)) +
                       " |");
  }
  CHECK(listed == expected);
}
