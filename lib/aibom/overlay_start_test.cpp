// A started aibom.yaml: complete, valid as it stands, silent where the files speak.
#include "aibom/overlay_start.hpp"

#include "aibom/overlay.hpp"
#include "aibom/overlay_keys.hpp"
#include "aibom/score.hpp"
#include "aibom/test_models.hpp"
#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::aibom;

namespace {

Json bare() { return testing::build(testing::tiny_llama()).take(); }

bool has_line(const std::string& text, std::string_view start) {
  for (auto line : split(text, '\n')) {
    if (line.starts_with(start)) return true;
  }
  return false;
}

Json merged_with(const std::string& yaml) {
  auto info = testing::tiny_llama();
  auto packed = testing::artifact(testing::tiny_files(), info);
  BuildInput input;
  input.artifact = &packed;
  input.info = &info;
  input.name = "tiny-llama";
  input.mpk_version = "0.1.0";
  const auto plain = build_aibom(input).take();
  const auto merged = build_aibom(input, parse_overlay(yaml, "aibom.yaml").take()).take();
  CHECK(merged.findings.empty());
  CHECK(merged.bom == plain);
  return merged.bom;
}

}  // namespace

TEST_CASE("the table of keys is the schema's, in its order") {
  std::vector<std::string> in_schema;
  for (auto line : split(overlay_schema(), '\n')) {
    // Members of "properties" at the top have four spaces before them.
    if (!line.starts_with("    \"") || !line.ends_with("\": {")) continue;
    in_schema.emplace_back(line.substr(5, line.size() - 9));
  }
  std::vector<std::string> in_table = {"apiVersion"};
  for (const auto& key : overlay_keys()) in_table.emplace_back(key.name);
  CHECK(in_schema == in_table);
}

TEST_CASE("docs/aibom-yaml.md explains each key, in the same order") {
  const auto doc =
      read_file(std::filesystem::path(MPK_SOURCE_DIR) / "docs/aibom-yaml.md", limits::kJsonDocument)
          .take();
  std::size_t at = doc.find("| key | meaning |");
  for (const auto& key : overlay_keys()) {
    CAPTURE(key.name);
    at = doc.find("\n| `" + std::string(key.name) + "` |", at);
    REQUIRE(at != std::string::npos);
  }
}

TEST_CASE("a started file is taken as it stands and changes nothing") {
  const auto yaml = start_overlay(bare());
  CHECK(yaml.starts_with("# yaml-language-server: $schema="));
  merged_with(yaml);
}

TEST_CASE("every key is there, as a question or as a comment") {
  const auto yaml = start_overlay(bare());
  for (const auto& key : overlay_keys()) {
    CAPTURE(key.name);
    const auto name = std::string(key.name) + ":";
    CHECK(has_line(yaml, name) != has_line(yaml, "# " + name));
  }
}

TEST_CASE("what the files say is a comment with its tier, what they do not say a question") {
  const auto yaml = start_overlay(bare());
  for (const auto* told : {"# description:", "# architecture:", "# parameters:", "# task:"})
    CHECK(has_line(yaml, told));
  for (const auto* asked : {"supplier:", "authors:", "securityContact:", "energy:"})
    CHECK(has_line(yaml, asked));
  CHECK(yaml.find("(verified") != std::string::npos);
  CHECK(yaml.find("(declared in README.md)") != std::string::npos);
  CHECK(has_line(yaml, "  - name: \"example/licence-questions\""));
}

TEST_CASE("each element that the file can answer is named in it") {
  const auto yaml = start_overlay(bare());
  for (const auto& profile : profiles()) {
    for (const auto& element : profile.elements) {
      if (element.line.empty()) continue;
      CAPTURE(element.id);
      CHECK(yaml.find(element.id) != std::string::npos);
    }
  }
}

TEST_CASE("what a document says can't leave its comment") {
  auto bom = bare();
  auto& model = bom["metadata"]["component"];
  model["name"] = "x\ndescription: planted";
  model["description"] = "one\nsupplier: {name: planted}\r\n\xe2\x80\xae" + std::string(500, 'y');
  bom["components"][0]["name"] = "a\"b\n: # c";
  const auto yaml = start_overlay(bom);
  const auto read = parse_overlay(yaml, "aibom.yaml");
  REQUIRE(static_cast<bool>(read));
  CHECK(read->value["supplier"]["name"] == "TODO");
  CHECK(read->value["datasets"][0]["name"] == "a\"b\n: # c");
  CHECK_FALSE(read->value.contains("description"));
  // Nor can one that is none.
  CHECK(static_cast<bool>(parse_overlay(start_overlay(Json()), "aibom.yaml")));
}
