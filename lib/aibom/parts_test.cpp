// Tests of the parts of a document: files, licences, lineage, model card, taxonomy.
#include "aibom/agree.hpp"
#include "aibom/compare.hpp"
#include "aibom/lookup.hpp"
#include "aibom/page.hpp"
#include "aibom/test_models.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <limits>
#include <ostream>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::aibom;
using mpk::aibom::testing::build;
using mpk::aibom::testing::file;
using mpk::aibom::testing::tiny_files;
using mpk::aibom::testing::tiny_llama;

namespace {

Json component_of(const model::ModelInfo& info) {
  return build(info).take()["metadata"]["component"];
}

/// The value of the only property of this name; null when there is none.
Json property_of(const Json& owner, const std::string& name) {
  Json found;
  for (const auto& each : owner.value("properties", Json::array())) {
    if (each["name"] != name) continue;
    CHECK_MESSAGE(found.is_null(), name << " is there twice");
    found = each["value"];
  }
  return found;
}

Json tier_of(const Json& component, const std::string& pointer) {
  return property_of(component, "mpk:provenance:/metadata/component" + pointer);
}

}  // namespace

TEST_CASE("each file has its path, media type and digest; weights have their tensors") {
  auto component = component_of(tiny_llama());
  const auto& files = component["components"];
  REQUIRE(files.size() == 6);
  const auto& weights = files[3];
  CHECK(weights["type"] == "file");
  CHECK(weights["bom-ref"] == "file:model-00001-of-00002.safetensors");
  CHECK(weights["mime-type"] == "application/vnd.cncf.model.weight.v1.raw");
  CHECK(weights["hashes"] ==
        Json::array({{{"alg", "SHA-256"},
                      {"content", crypto::sha256("model-00001-of-00002.safetensors").hex()}}}));
  CHECK(property_of(weights, "mpk:tensors:BF16") == "10");
  CHECK(property_of(weights, "mpk:parameters") == "200000");
  CHECK(property_of(weights, "mpk:size") == "1000");
  CHECK(property_of(files[0], "mpk:tensors").is_null());
  CHECK(property_of(component, "mpk:parameters") == "295392");
  for (const char* part : {"/components/3/hashes/0", "/components/3/properties"})
    CHECK(tier_of(component, part) == "verified;source=model-00001-of-00002.safetensors");
  CHECK(tier_of(component, "/components/0/properties").is_null());
}

TEST_CASE("a digest of another algorithm keeps its name") {
  auto files = tiny_files();
  files.front().digest = crypto::hash(DigestAlgorithm::sha512, as_bytes("x"));
  auto bom = build(tiny_llama(), files, [](BuildInput&) {}).take();
  const auto& readme = bom["metadata"]["component"]["components"][1];
  CHECK(readme["name"] == "README.md");
  CHECK(readme["hashes"][0]["alg"] == "SHA-512");
}

TEST_CASE("SHA-512 stands beside SHA-256, verified, and never twice") {
  auto files = tiny_files();
  const auto sha512 = crypto::hash(DigestAlgorithm::sha512, as_bytes("x"));
  files[0].sha512 = files[1].sha512 = sha512;
  files[1].digest = sha512;
  const auto bom = build(tiny_llama(), files, [](BuildInput&) {}).take();
  const auto& component = bom["metadata"]["component"];
  const auto& license = component["components"][0];
  const auto& readme = component["components"][1];
  REQUIRE(readme["hashes"].size() == 2);
  CHECK(readme["hashes"][0]["alg"] == "SHA-256");
  CHECK(readme["hashes"][1]["alg"] == "SHA-512");
  CHECK(readme["hashes"][1]["content"] == sha512.hex());
  for (const char* part : {"/components/1/hashes/0", "/components/1/hashes/1"})
    CHECK(tier_of(component, part) == "verified;source=README.md");
  CHECK(license["hashes"].size() == 1);
  CHECK(license["hashes"][0]["alg"] == "SHA-512");
  CHECK(component["components"][2]["hashes"].size() == 1);
  CHECK(tier_of(component, "/components/2/hashes/1").is_null());
}

TEST_CASE("licences: SPDX ids as ids, other names as names, texts as concluded") {
  auto info = tiny_llama();
  info.licenses = {
      {.name = "llama3.1", .url = "https://example.com/LICENSE", .source = "README.md"},
      {.spdx_id = "Apache-2.0", .name = "apache-2.0", .source = "README.md"},
      {.spdx_id = "Apache-2.0", .name = "apache-2.0", .source = "model.gguf"},
      {.spdx_id = "MIT", .tier = model::Tier::inferred, .source = "LICENSE"},
      {.spdx_id = "apache-2.0", .source = "x"},  // no SPDX id: case counts
      {.name = "odd", .url = "http://[broken", .source = "x"}};
  auto component = component_of(info);
  auto license = [](const char* key, const char* value, const char* how) {
    return Json{{"license", {{key, value}, {"acknowledgement", how}}}};
  };
  auto llama = license("name", "llama3.1", "declared");
  llama["license"]["url"] = "https://example.com/LICENSE";
  CHECK(component["licenses"] ==
        Json::array(
            {llama, license("name", "odd", "declared"), license("id", "Apache-2.0", "declared"),
             license("name", "apache-2.0", "declared"), license("id", "MIT", "concluded")}));
  CHECK(tier_of(component, "/licenses/4") == "inferred;source=LICENSE");
  CHECK(tier_of(component, "/licenses/0") == "declared;source=README.md");
}

TEST_CASE("a licence expression is one when it stands alone and SPDX lists its parts") {
  struct Row {
    const char *name, *url, *expected;
  };
  for (
      const auto& [name, url, expected] : {
          Row{"MIT OR Apache-2.0", "",
              R"([{"acknowledgement":"declared","expression":"MIT OR Apache-2.0"}])"},
          Row{"MIT OR llama3", "",
              R"([{"license":{"acknowledgement":"declared","name":"MIT OR llama3"}}])"},
          Row{"MIT OR", "", R"([{"license":{"acknowledgement":"declared","name":"MIT OR"}}])"},
          Row{"MIT OR ISC", "https://l.example/",
              R"([{"license":{"acknowledgement":"declared","name":"MIT OR ISC","url":"https://l.example/"}}])"},
      }) {
    CAPTURE(name);
    auto info = tiny_llama();
    info.licenses = {{.name = name, .url = url, .source = "README.md"}};
    CHECK(component_of(info)["licenses"].dump() == expected);
    info.licenses.push_back({.spdx_id = "MIT", .tier = model::Tier::inferred, .source = "LICENSE"});
    CHECK_FALSE(component_of(info)["licenses"][0].contains("expression"));
  }
}

TEST_CASE("base models: a hub purl with a version only for a full commit") {
  auto info = tiny_llama();
  info.base_models.push_back({.name = "meta-llama/Llama-3.1-8B", .revision = "main"});
  info.base_models.push_back({.name = "/mnt/base", .relation = "merge"});
  auto pedigree = component_of(info)["pedigree"];
  const auto& bases = pedigree["ancestors"];
  REQUIRE(bases.size() == 3);
  CHECK(bases[0]["name"] == "/mnt/base");
  CHECK_FALSE(bases[0].contains("purl"));
  CHECK(bases[1]["purl"] ==
        "pkg:huggingface/example/tiny-llama-base@0f3c1a5b7d9e2f4a6c8b0d1e3f5a7b9c1d3e5f70");
  CHECK(bases[1]["group"] == "example");
  CHECK(bases[1]["name"] == "tiny-llama-base");
  CHECK(bases[2]["purl"] == "pkg:huggingface/meta-llama/Llama-3.1-8B");
  CHECK_FALSE(bases[2].contains("version"));
  CHECK(bases[2]["properties"] == Json::array({{{"name", "mpk:revision"}, {"value", "main"}}}));
  CHECK(pedigree["notes"] == "base_model_relation=finetune,merge");
  const auto relation = [](const char* value) {
    return Json::array({{{"name", "mpk:relation"}, {"value", value}}});
  };
  CHECK(bases[0]["properties"] == relation("merge"));
  CHECK(bases[1]["properties"] == relation("finetune"));
  CHECK(base_relation(pedigree, bases[0]) == "merge");
  CHECK(base_relation(pedigree, bases[1]) == "finetune");
  CHECK(base_relation(pedigree, bases[2]).empty());  // the note is about the others
}

TEST_CASE("a base model without a relation of its own has that of the pedigree's note") {
  auto pedigree = json::parse(R"({"ancestors": [{"name": "a"}, {"name": "b"}],
                                  "notes": "base_model_relation=finetune"})")
                      .take();
  CHECK(base_relation(pedigree, pedigree["ancestors"][1]) == "finetune");
  pedigree["notes"] = "trained on it";
  CHECK(base_relation(pedigree, pedigree["ancestors"][1]).empty());
}

TEST_CASE("what is told of several base models is told of each") {
  const auto document = [](const char* second) {
    auto info = tiny_llama();
    info.base_models = {{.name = "x/a", .relation = "finetune"},
                        {.name = "x/b", .relation = second}};
    Json out = {{"bomFormat", "CycloneDX"}, {"specVersion", "1.6"}};
    out["metadata"]["component"] = component_of(info);
    return out;
  };
  const auto bom = document("merge");
  CHECK(summarize(bom).base_models == std::vector<std::string>{"x/a (finetune)", "x/b (merge)"});
  const auto page = html_page(bom);
  CHECK(page.find("base model · finetune<") != std::string::npos);
  CHECK(page.find("base model · merge<") != std::string::npos);
  CHECK(page.find("finetune,merge<") == std::string::npos);
  const auto changes = compare_documents(bom, document("quantized"));
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].kind == "lineage.changed");
  CHECK(changes[0].subject == "x/b");
  CHECK(changes[0].before == "base_model_relation=merge");
  CHECK(changes[0].after == "base_model_relation=quantized");
}

TEST_CASE("an adapter depends on its base, a fine-tune does not") {
  auto needs = [](const char* relation) {
    auto info = tiny_llama();
    info.base_models = {{.name = "a/b", .relation = relation}};
    auto bom = build(info).take();
    auto list = bom["dependencies"][0]["dependsOn"];
    return std::find(list.begin(), list.end(), "base:a/b") != list.end();
  };
  CHECK(needs("adapter"));
  CHECK_FALSE(needs("finetune"));
  auto info = tiny_llama();
  info.base_models = {{.name = "a/b", .relation = "adapter"}};
  CHECK(property_of(component_of(info)["modelCard"], "cdx:ai-ml:model:parameter:tune_method") ==
        "adapter");
  info.hyperparameters.push_back({"tune_method", "lora", model::Tier::declared, "x"});
  CHECK(property_of(component_of(info)["modelCard"], "cdx:ai-ml:model:parameter:tune_method") ==
        "lora");
}

TEST_CASE("datasets are data components that the model card and the dependencies name") {
  auto info = tiny_llama();
  info.datasets = {{"a/b", "README.md"}, {"https://example.com/set", "x"}, {"a/b", "model.gguf"}};
  auto bom = build(info).take();
  REQUIRE(bom["components"].size() == 2);
  CHECK(bom["components"][0]["bom-ref"] == "data:a/b");
  CHECK(bom["components"][0]["data"][0] == Json{{"type", "dataset"}, {"name", "a/b"}});
  CHECK(bom["components"][1]["data"][0]["contents"]["url"] == "https://example.com/set");
  CHECK(bom["metadata"]["component"]["modelCard"]["modelParameters"]["datasets"] ==
        Json::array({{{"ref", "data:a/b"}}, {{"ref", "data:https://example.com/set"}}}));
  CHECK(bom["dependencies"][0]["dependsOn"][0] == "data:a/b");
}

TEST_CASE("evaluations become metrics with text values and a slice") {
  auto info = tiny_llama();
  info.evaluations.push_back({"", "", "", "", "accuracy", "0.5", "README.md"});
  info.evaluations.push_back({"", "mmlu", "", "", "", "0.5", "README.md"});  // of what?
  auto card = component_of(info)["modelCard"];
  CHECK(card["quantitativeAnalysis"]["performanceMetrics"] ==
        Json::array(
            {{{"type", "accuracy"}, {"value", "0.5"}},
             {{"type", "accuracy"},
              {"value", "0.25"},
              {"slice", "task=text-generation;dataset=example/licence-questions;split=test"}},
             {{"type", "refusal_rate"},
              {"value", "0.98"},
              {"slice", "task=text-generation;dataset=example/red-team-prompts;split=test"}}}));
}

TEST_CASE("official property names are used where there are any") {
  auto info = tiny_llama();
  info.languages = {"en", "multilingual", "de", "yue"};
  info.input_types = {"text", "image", "embedding"};
  info.quantization = "Q4_K_M";
  info.hyperparameters.push_back({"eos_token", "</s>", model::Tier::declared, "x"});
  auto component = component_of(info);
  const auto& card = component["modelCard"];
  for (const auto& [name, value] : {
           std::pair{"cdx:ai-ml:model:language", "de,en"},
           {"cdx:ai-ml:model:modality", "_undefined:embedding,image,text"},
           {"cdx:ai-ml:model:parameter:count", "295.4K"},
           {"cdx:ai-ml:model:parameter:_undefined:precision", "bfloat16"},
           {"cdx:ai-ml:model:hyperparameter:context_length", "2048"},
           {"cdx:ai-ml:model:hyperparameter:hidden_size", "96"},
           {"cdx:ai-ml:model:hyperparameter:_undefined:rope_theta", "10000"},
           {"cdx:ai-ml:model:hyperparameter:quantization", "Q4_K_M"},
           {"cdx:ai-ml:tokenizer:hyperparameter:tokenizer_class", "PreTrainedTokenizerFast"},
           {"cdx:ai-ml:tokenizer:hyperparameter:eos_token", "</s>"},
           {"cdx:ai-ml:model:tokenizer", "true"},
       }) {
    CAPTURE(name);
    CHECK(property_of(card, name) == value);
  }
  for (const auto& each : card["properties"]) {
    auto name = each["name"].get<std::string>();
    CHECK((name.starts_with("cdx:ai-ml:") || name == "mpk:language"));
  }
  CHECK_FALSE(card["modelParameters"].contains("properties"));
}

TEST_CASE("facts of the tokenizer and counts of parameters have names of their own") {
  auto info = tiny_llama();
  for (const auto& [name, value] : {std::pair{"active_parameters", "5"},
                                    {"trainable_parameters", "6"},
                                    {"tokenizer_vocab_size", "7"},
                                    {"tokenizer_model", "BPE"}})
    info.hyperparameters.push_back({name, value, model::Tier::verified, "x"});
  auto component = component_of(info);
  const auto& card = component["modelCard"];
  CHECK(property_of(card, "cdx:ai-ml:model:parameter:_undefined:active_count") == "5");
  CHECK(property_of(card, "cdx:ai-ml:model:parameter:_undefined:trainable_count") == "6");
  CHECK(property_of(card, "cdx:ai-ml:tokenizer:hyperparameter:vocab_size") == "7");
  CHECK(property_of(card, "cdx:ai-ml:tokenizer:hyperparameter:_undefined:model") == "BPE");
}

TEST_CASE("a fact that is known twice is written once") {
  auto info = tiny_llama();
  info.quantization = "Q4_K_M";
  for (const auto* name : {"tokenizer_class", "quantization"})
    info.hyperparameters.push_back({name, "of the fact", model::Tier::declared, "x"});
  auto component = component_of(info);
  const auto& card = component["modelCard"];
  CHECK(property_of(card, "cdx:ai-ml:tokenizer:hyperparameter:tokenizer_class") == "of the fact");
  CHECK(property_of(card, "cdx:ai-ml:model:hyperparameter:quantization") == "of the fact");
  CHECK(property_of(card, "cdx:ai-ml:model:hyperparameter:context_length") == "2048");
}

TEST_CASE("a size is taken from a claim only when nothing could be counted") {
  model::ModelInfo info;
  info.size_claims = {{"name", "llm-8b", model::Tier::declared, "README.md"},
                      {"parameters", "8B", model::Tier::declared, "README.md"}};
  auto name = "cdx:ai-ml:model:parameter:count";
  CHECK(property_of(component_of(info)["modelCard"], name) == "8B");
  info.tensors = testing::tensors("F16", 2, 7'000'000'000);
  CHECK(property_of(component_of(info)["modelCard"], name) == "7B");
}

TEST_CASE("emissions are a property, and only a number that makes sense") {
  auto info = tiny_llama();
  auto shown = [&] {
    auto considerations = component_of(info)["modelCard"]["considerations"];
    return property_of(considerations.value("environmentalConsiderations", Json::object()),
                       "mpk:co2eq:grams");
  };
  CHECK(shown() == "12.5");
  for (double bad :
       {-1.0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    info.co2_grams = bad;
    CHECK(shown().is_null());
  }
}

TEST_CASE("a source is named only when one file alone can have said it") {
  auto info = tiny_llama();
  auto pointer = "/modelCard/modelParameters/task";
  CHECK(tier_of(component_of(info), pointer) == "declared;source=README.md");
  auto files = tiny_files();
  files.push_back(file("sub/README.md", model::Kind::doc));
  auto bom = build(info, files, [](BuildInput&) {}).take();
  CHECK(tier_of(bom["metadata"]["component"], pointer) == "declared");
}

TEST_CASE("findings say how bad, where and what") {
  CHECK(property_of(component_of(tiny_llama()), "mpk:finding") ==
        "low: README.md: the card says 300 K parameters, counted 295392 [size-contradicts]");
}
