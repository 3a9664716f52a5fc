// Tests of the document that mpk writes: golden file, determinism, what hostile input becomes.
#include "aibom/build.hpp"

#include "aibom/own_properties.hpp"
#include "aibom/test_models.hpp"
#include "aibom/validate.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <ostream>

using namespace mpk;
using namespace mpk::aibom;
using mpk::aibom::testing::artifact;
using mpk::aibom::testing::build;
using mpk::aibom::testing::tiny_files;
using mpk::aibom::testing::tiny_llama;

namespace {

const std::string kGolden = MPK_SOURCE_DIR "/testdata/golden/aibom/tiny-llama.cdx.json";

Json property_values(const Json& properties, const std::string& name) {
  Json out = Json::array();
  for (const auto& each : properties) {
    if (each["name"] == name) out.push_back(each["value"]);
  }
  return out;
}

void with_reference(BuildInput& input) {
  input.repository = "ghcr.io/acme/Tiny-Llama";
  input.version = "1.0";
}

}  // namespace

TEST_CASE("the document of tiny-llama is the golden one") {
  auto bom = build(tiny_llama(), tiny_files(), with_reference);
  REQUIRE(bom);
  auto text = json::pretty(*bom);
  if (std::getenv("MPK_ACCEPT") != nullptr) REQUIRE(write_file_atomic(kGolden, text));
  CHECK(text == read_file(kGolden, 1 << 20).take());
  CHECK(validate_aibom(*bom).take().empty());
}

TEST_CASE("the same facts in another order give the same document") {
  auto info = tiny_llama();
  info.licenses.push_back({.name = "llama3.1", .url = "https://example.com/l", .source = "a"});
  info.base_models.push_back({.name = "other/base", .relation = "merge", .source = "README.md"});
  auto files = tiny_files();
  auto first = build(info, files, with_reference).take();
  auto turned = info;
  for (auto* list : {&turned.languages, &turned.tags}) std::reverse(list->begin(), list->end());
  std::reverse(turned.licenses.begin(), turned.licenses.end());
  std::reverse(turned.base_models.begin(), turned.base_models.end());
  std::reverse(turned.datasets.begin(), turned.datasets.end());
  std::reverse(turned.evaluations.begin(), turned.evaluations.end());
  std::reverse(turned.hyperparameters.begin(), turned.hyperparameters.end());
  std::reverse(files.begin(), files.end());
  // The same artifact: its config keeps the card's order of languages.
  auto with_turned = [&](BuildInput& input) {
    with_reference(input);
    input.info = &turned;
  };
  CHECK(json::pretty(build(info, files, with_turned).take()) == json::pretty(first));
  turned.tags.push_back("new");
  CHECK(build(info, files, with_turned).take() != first);
}

TEST_CASE("without a date the document says that it is reproducible, with one it has it") {
  auto undated = build(tiny_llama()).take()["metadata"];
  CHECK_FALSE(undated.contains("timestamp"));
  CHECK(undated["properties"] == Json::array({{{"name", "cdx:reproducible"}, {"value", "true"}}}));
  auto dated = build(tiny_llama(), tiny_files(), [](BuildInput& input) {
                 input.created = Timestamp::from_parts(1'700'000'000, 500'000'000);
               }).take()["metadata"];
  CHECK(dated["timestamp"] == "2023-11-14T22:13:20.500Z");
  CHECK_FALSE(dated.contains("properties"));
}

TEST_CASE("the serial number follows the manifest and nothing else") {
  auto one = build(tiny_llama()).take();
  auto same = build(tiny_llama(), tiny_files(), with_reference).take();
  CHECK(one["serialNumber"] == same["serialNumber"]);
  auto files = tiny_files();
  files.front().digest = crypto::sha256("another byte");
  auto other = build(tiny_llama(), files, with_reference).take();
  CHECK(one["serialNumber"] != other["serialNumber"]);
  CHECK(one["serialNumber"].get<std::string>()[23] == '5');  // urn:uuid: and the version digit
}

TEST_CASE("a purl is there only when the repository is known") {
  CHECK_FALSE(build(tiny_llama()).take()["metadata"]["component"].contains("purl"));
  auto component =
      build(tiny_llama(), tiny_files(), with_reference).take()["metadata"]["component"];
  auto packed = artifact(tiny_files(), tiny_llama());
  CHECK(component["purl"] == "pkg:oci/tiny-llama@sha256%3A" + packed.manifest.digest.hex() +
                                 "?repository_url=ghcr.io/acme/Tiny-Llama&tag=1.0");
  CHECK(component["hashes"][0]["content"] == packed.manifest.digest.hex());
  CHECK(component["version"] == "1.0");
}

TEST_CASE("every provenance property leads to a value, and the counts are theirs") {
  auto bom = build(tiny_llama(), tiny_files(), with_reference).take();
  std::size_t facts = 0;
  for (const auto& each : bom["metadata"]["component"]["properties"]) {
    auto name = each["name"].get<std::string>();
    if (!name.starts_with(own(kProvenance))) continue;
    CAPTURE(name);
    ++facts;
    auto pointer = Json::json_pointer(name.substr(own(kProvenance).size()));
    REQUIRE(bom.contains(pointer));
    CHECK_FALSE(bom[pointer].is_null());
  }
  auto counts = count_tiers(bom);
  CHECK(counts.verified + counts.declared + counts.inferred == facts);
  CHECK(counts.verified >= tiny_files().size());
  CHECK(counts.declared > 10);
  CHECK(counts.inferred > 0);
}

TEST_CASE("a model of which nothing is known still gets a valid document") {
  auto bom = build({}).take();
  const auto& component = bom["metadata"]["component"];
  CHECK(component["name"] == "from-the-caller");
  CHECK(component["components"].size() == tiny_files().size());
  CHECK_FALSE(component.contains("licenses"));
  CHECK_FALSE(component.contains("pedigree"));
  CHECK_FALSE(component.contains("modelCard"));
  CHECK_FALSE(bom.contains("components"));
  CHECK(validate_aibom(bom).take().empty());
}

TEST_CASE("an input without artifact, or with a path that is none, is refused") {
  CHECK(build_aibom({}).error().kind() == ErrorKind::internal);
  auto info = tiny_llama();
  for (const char* path : {"../x", "", "a\nb", "\xff", "README.md"}) {
    CAPTURE(path);
    auto packed = artifact(tiny_files(), info);
    packed.files.push_back(testing::file(path, model::Kind::doc));
    BuildInput input;
    input.artifact = &packed;
    input.info = &info;
    auto bom = build_aibom(input);
    REQUIRE_FALSE(bom);
    CHECK(bom.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("no text from a model can make the document invalid or endless") {
  const std::string evil = "\xff\xfe\x1b[2J\n\u202e%00 \"}]," + std::string(100'000, 'x');
  model::ModelInfo info;
  for (auto* field :
       {&info.name, &info.description, &info.family, &info.architecture, &info.format,
        &info.precision, &info.quantization, &info.task, &info.library, &info.tokenizer_class,
        &info.chat_template_sha256, &info.intended_use, &info.limitations})
    *field = evil;
  for (auto* list : {&info.languages, &info.tags, &info.input_types, &info.output_types})
    *list = {evil, evil + "y", ""};
  info.licenses = {{.spdx_id = evil, .name = evil, .url = evil, .source = evil},
                   {.spdx_id = "apache-2.0", .url = "http://a b/%zz"},
                   {}};
  info.base_models = {{evil, evil, evil, evil}, {}, {"a", "", "", ""}};
  info.datasets = {{evil, evil}, {evil + "y", evil}, {"", ""}};
  info.evaluations = {{evil, evil, evil, evil, evil, evil, evil}, {}};
  info.hyperparameters = {{evil, evil, model::Tier::verified, evil}, {"", "", {}, ""}};
  info.size_claims = {{"parameters", evil, model::Tier::declared, evil}};
  info.co2_grams = -1;
  info.by_file["README.md"] = testing::tensors(evil, 1, 1);
  info.tensors = testing::tensors(evil, 1, 0);
  info.findings = {{model::Severity::high, evil, evil, evil, evil}};
  auto packed = artifact(tiny_files(), tiny_llama());
  BuildInput input;
  input.artifact = &packed;
  input.info = &info;
  input.name = input.version = input.mpk_version = evil;
  input.repository = "ghcr.io/" + std::string("\xff\n?x=1");
  auto bom = build_aibom(input);
  REQUIRE_MESSAGE(bom, bom.error().text());
  auto text = json::compact(*bom);
  CHECK(is_valid_utf8(text));
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.size() < 200'000);
}

TEST_CASE("endless lists are cut, and the document says so") {
  auto info = tiny_llama();
  for (int i = 0; i < 5000; ++i) {
    info.tags.push_back("tag" + std::to_string(i));
    info.datasets.push_back({"a/" + std::to_string(i), "README.md"});
    info.findings.push_back({model::Severity::info, "x", "", "finding " + std::to_string(i), ""});
  }
  auto bom = build(info).take();
  const auto& component = bom["metadata"]["component"];
  CHECK(component["tags"].size() == 1000);
  CHECK(bom["components"].size() == 1000);
  CHECK(property_values(component["properties"], "mpk:finding").size() == 1000);
  CHECK(property_values(component["properties"], "mpk:truncated") ==
        Json::array({"datasets: 1000 of 5002 kept", "tags: 1000 of 5002 kept",
                     "findings: 1000 of 5001 kept"}));
  CHECK(property_values(build(tiny_llama()).take()["metadata"]["component"]["properties"],
                        "mpk:truncated")
            .empty());
}
