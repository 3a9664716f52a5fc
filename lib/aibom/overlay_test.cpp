// aibom.yaml: what is taken, what is refused with its line, and how it is merged.
#include "aibom/overlay.hpp"

#include "aibom/score.hpp"
#include "aibom/test_models.hpp"
#include "aibom/validate.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

using namespace mpk;
using namespace mpk::aibom;

namespace {

Merged merge(const std::string& yaml) {
  auto info = testing::tiny_llama();
  auto packed = testing::artifact(testing::tiny_files(), info);
  BuildInput input;
  input.artifact = &packed;
  input.info = &info;
  input.name = "m";
  input.mpk_version = "0.1.0";
  const auto read = parse_overlay("apiVersion: mpk/v1\n" + yaml, "aibom.yaml");
  if (!read) FAIL(read.error().text());
  return build_aibom(input, *read).take();
}

// A value that the schema takes.
Json sample(const Json& schema) {
  if (schema.contains("const")) return schema["const"];
  if (schema.contains("enum")) return schema["enum"][0];
  if (schema.contains("anyOf")) return 12;
  if (schema["type"] == "array") return Json::array({sample(schema["items"])});
  if (schema["type"] == "object") {
    Json out = Json::object();
    for (auto it = schema["properties"].begin(); it != schema["properties"].end(); ++it)
      out[it.key()] = sample(it.value());
    return out;
  }
  const auto pattern = schema.value("pattern", std::string());
  if (pattern.find("http") != std::string::npos) return "https://acme.test/x";
  if (pattern.find('@') != std::string::npos) return "ann@acme.test";
  if (pattern.find("{128}") != std::string::npos) return std::string(128, 'a');
  if (pattern.find("{64}") != std::string::npos) return std::string(64, 'a');
  return pattern.empty() ? "pkg:generic/words" : "2026-01-31";
}

// What a key can't be without stands before it.
std::string yaml_of(const std::string& key, const Json& value) {
  return (key == "downloadSha512" ? "download: https://acme.test/m.tar\n" : "") + key + ": " +
         value.dump() + "\n";
}

}  // namespace

TEST_CASE("every key of the schema is taken, changes the document, and leaves it valid") {
  const auto schema = json::parse(overlay_schema()).take();
  const auto bare = merge("").bom;
  for (auto it = schema["properties"].begin(); it != schema["properties"].end(); ++it) {
    if (it.key() == "apiVersion") continue;
    CAPTURE(it.key());
    const auto merged = merge(yaml_of(it.key(), sample(it.value())));
    CHECK((merged.bom != bare || !merged.findings.empty()));
    CHECK_FALSE(has_errors(validate_aibom(merged.bom).take()));
  }
}

TEST_CASE("what a profile says to add is a key that the overlay takes, and then it counts") {
  const auto schema = json::parse(overlay_schema()).take();
  for (const auto& profile : profiles()) {
    for (const auto& element : profile.elements) {
      if (element.line.empty()) continue;
      CAPTURE(element.id);
      const std::string key(element.line.substr(0, element.line.find(':')));
      REQUIRE(schema["properties"].contains(key));
      Json value = sample(schema["properties"][key]);
      // Where each dataset must say it, those of the card as well.
      if (key == "datasets") {
        for (const char* name : {"example/support-dialogues", "example/licence-questions"}) {
          value.push_back(value[0]);
          value.back()["name"] = name;
        }
      }
      const auto score = score_aibom(merge(yaml_of(key, value)).bom, profile);
      for (const auto& each : score.elements) {
        if (each.element->id == element.id) CHECK(each.standing <= Standing::declared);
      }
    }
  }
}

TEST_CASE("placeholders do not reach the document") {
  CHECK(
      merge("description: TODO\nsupplier: {name: TODO}\nusers: [TODO]\nenergy: []\nwebsite: TODO\n"
            "releaseDate: TODO\napproach: TODO\n")
          .bom == merge("").bom);
}

TEST_CASE("a licence is concluded beside what the card declares; another text is a finding") {
  auto licenses = [](const Merged& merged) -> Json {
    return merged.bom["metadata"]["component"]["licenses"];
  };
  const auto before = licenses(merge(""));
  REQUIRE(before.size() == 2);
  CHECK(before[1]["license"]["acknowledgement"] == "concluded");
  CHECK(licenses(merge("license: Apache-2.0\n")) == before);
  CHECK(merge("license: Apache-2.0\n").findings.empty());
  const auto other = merge("license: My own licence\n");
  CHECK(licenses(other)[0] == before[0]);
  CHECK(licenses(other)[1]["license"]["name"] == "My own licence");
  CHECK(other.findings.size() == 1);
}

TEST_CASE("what is said of a dataset joins what is known of it") {
  const std::string known = "example/support-dialogues";
  auto data = [](const Merged& merged, std::string_view name) {
    for (const auto& each : merged.bom["components"]) {
      if (each["name"] == name) return each;
    }
    return Json();
  };
  const auto bare = merge("");
  auto merged = merge("datasets: [{name: " + known + ", owner: Acme, license: TODO}]\n");
  CHECK(merged.bom["components"].size() == bare.bom["components"].size());
  auto expected = data(bare, known);
  expected["data"][0]["governance"]["owners"][0]["organization"]["name"] = "Acme";
  CHECK(data(merged, known) == expected);
  merged = merge("datasets: [{name: new/one, sha256: " + std::string(64, 'b') + "}]\n");
  CHECK(merged.bom["components"].size() == bare.bom["components"].size() + 1);
  CHECK(data(merged, "new/one")["hashes"][0]["alg"] == "SHA-256");
  // A name alone says nothing new of a known one.
  CHECK(merge("datasets: [{name: " + known + ", owner: TODO}]\n").bom == bare.bom);
}

TEST_CASE("a verified fact stays, a declared one gives way") {
  auto merged = merge("parameters: 8B\ntask: translation\n");
  REQUIRE(merged.findings.size() == 1);
  CHECK(merged.findings[0].code == "overlay-contradicts");
  CHECK(merged.findings[0].message.find("8B") != std::string::npos);
  CHECK(merged.bom.dump().find("\"8B\"") == std::string::npos);
  CHECK(merged.bom["metadata"]["component"]["modelCard"]["modelParameters"]["task"] ==
        "translation");
  CHECK(merge("task: text-generation\n").findings.empty());
}

TEST_CASE("a number that is counted may be written as number or as text") {
  const auto number = parse_overlay("apiVersion: mpk/v1\ncontextLength: 4096\n", "aibom.yaml");
  const auto text = parse_overlay("apiVersion: mpk/v1\ncontextLength: \"4096\"\n", "aibom.yaml");
  REQUIRE(number);
  REQUIRE(text);
  CHECK(number->value == text->value);
  CHECK(number->value["contextLength"] == "4096");
  CHECK(parse_overlay("apiVersion: mpk/v1\ncontextLength: TODO\nparameters: 8000000000\n",
                      "aibom.yaml"));
}

TEST_CASE("what is wrong is refused with its line and column") {
  const std::string kDigest512(128, 'a');
  struct Case {
    std::string yaml;
    const char *error, *hint;
  };
  for (const auto& [yaml, error, hint] : {
           Case{"apiVersion: mpk/v1\nsuplier: {name: x}\n",
                "aibom.yaml:2:", "did you mean supplier?"},
           Case{"apiVersion: mpk/v1\nsupplier:\n  nam: x\n", "aibom.yaml:3:", "did you mean name?"},
           Case{"apiVersion: mpk/v1\nwebsite: acme\n", "aibom.yaml:2:", "an address: https://"},
           Case{"apiVersion: mpk/v1\ncontextLength: many\n", "aibom.yaml:2:", "4096"},
           Case{"apiVersion: mpk/v1\ncontextLength: 0\n", "aibom.yaml:2:", "4096"},
           Case{"apiVersion: mpk/v1\ncontextLength: 4096.5\n", "aibom.yaml:2:", "4096"},
           Case{"apiVersion: mpk/v1\ndecisionThreshold: 0.5\n", "aibom.yaml:2:", "in quotes"},
           Case{"apiVersion: mpk/v1\nenergy: [{activity: training, kWh: lots}]\n",
                "aibom.yaml:2:31", "a number"},
           Case{"apiVersion: mpk/v1\nreleaseDate: soon\n", "aibom.yaml:2:", ""},
           Case{"apiVersion: mpk/v1\ndownloadSha512: " + kDigest512 + "\n", "aibom.yaml:1:", ""},
           Case{"apiVersion: mpk/v1\nexecutable: maybe\n", "aibom.yaml:2:", ""},
           Case{"apiVersion: mpk/v1\nusers: everybody\n", "aibom.yaml:2:", ""},
           Case{"apiVersion: mpk/v2\n", "aibom.yaml:1:", ""},
           Case{"users: []\n", "aibom.yaml:1:", "add the line apiVersion: mpk/v1"},
           Case{"- a\n", "aibom.yaml:1:", ""},
           Case{"a: [\n", "aibom.yaml:", ""},
       }) {
    CAPTURE(yaml);
    auto read = parse_overlay(yaml, "aibom.yaml");
    REQUIRE_FALSE(static_cast<bool>(read));
    CHECK(read.error().kind() == ErrorKind::usage);
    CHECK(read.error().text().find(error) != std::string::npos);
    CHECK(read.error().hint().find(hint) != std::string::npos);
  }
}
