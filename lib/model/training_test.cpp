// Tests of training files: what is read, what is refused, what joins the model's own facts.
#include "model/training.hpp"

#include "base/file.hpp"
#include "model/forms.hpp"
#include "model/lineage.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::model;

namespace {

const std::string kHead = "apiVersion: mpk/v1\n";

std::string documented() {
  const auto page = read_file(MPK_SOURCE_DIR "/docs/training.md", 1 << 20).take();
  const auto start = page.find("```yaml\n") + 8;
  return page.substr(start, page.find("```", start) - start);
}

std::vector<std::string> codes(const ModelInfo& info) {
  std::vector<std::string> out;
  for (const auto& each : info.findings) out.push_back(each.code);
  return out;
}

}  // namespace

TEST_CASE("the file that the documentation shows is read whole") {
  const auto read = parse_training(documented(), "some/where/run.yaml");
  REQUIRE_MESSAGE(read, read.error().text());
  const auto& run = read->run;
  CHECK(run.source == "run.yaml");
  CHECK(run.id == "ft-2026-03-14-07");
  CHECK(run.activity == "fine-tuning");
  CHECK(run.approach == "supervised");
  CHECK(run.code_commit == "1f28c0d6a9c4b5e2f37881b09c6d5e4a3b2c1d0e");
  CHECK(run.container_image == "ghcr.io/acme/trainer:2026.03");
  CHECK(run.frameworks.size() == 2);
  REQUIRE(run.hardware.size() == 1);
  CHECK(run.hardware[0].count == 8);
  CHECK(run.hardware[0].hours == 12.5);
  REQUIRE(run.hyperparameters.size() == 4);
  CHECK(run.hyperparameters[0].name == "bf16");
  CHECK(run.hyperparameters[0].type == "boolean");
  CHECK(run.hyperparameters[2].value == "0.0002");
  REQUIRE(run.energy.size() == 1);
  CHECK(run.energy[0].kwh == 61.25);
  CHECK(run.energy[0].co2_tonnes == 0.0014705);
  CHECK(run.byproducts.size() == 2);
  REQUIRE(read->base_models.size() == 2);
  CHECK(read->base_models[1].digest ==
        "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae");
  CHECK(read->base_models[0].licenses[0].spdx_id == "Apache-2.0");
  REQUIRE(read->datasets.size() == 2);
  CHECK(read->datasets[0].governance.stewards[0].url == "https://acme.example/privacy");
  CHECK(read->datasets[1].digest ==
        "sha256:fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9");
  CHECK(read->datasets[1].roles == std::vector<std::string>{"validation", "testing"});
}

TEST_CASE("an almost empty file is a run of which little is known") {
  const auto read = parse_training(kHead, "-");
  REQUIRE(read);
  CHECK(read->run.source == "standard input");
  CHECK(read->run.activity == "training");
  CHECK(parse_training(kHead + "baseModels: [{name: a/b}]\n", "f")->run.activity == "fine-tuning");
  CHECK(parse_training(R"({"apiVersion": "mpk/v1", "runId": "r"})", "f.json")->run.id == "r");
}

TEST_CASE("what is wrong in a training file is refused with its place") {
  const struct {
    std::string text;
    const char* message;
  } table[] = {
      {"runId: x\n", "run.yaml:1:1: $: "},
      {"apiVersion: mpk/v2\n", "run.yaml:1:1: $.apiVersion: "},
      {kHead + "runID: x\n", "run.yaml:2:1: $.runID: no such key"},
      {kHead + "runId: '  '\n", "run.yaml:2:1: $.runId: "},
      {kHead + "start: 2026-03-14\n", "run.yaml:2:1: $.start: "},
      {kHead + "start: 2026-03-14T08:00:00Z\nend: 2026-03-14T07:59:59Z\n", "run.yaml: $.end: "},
      {kHead + "baseModels: [{name: a/b, reference: ghcr.io/a/b:1}]\n",
       "run.yaml:2:26: $.baseModels[0].reference: "},
      {kHead + "baseModels: [{name: a/b}, {name: a/b}]\n", "run.yaml: $.baseModels: a/b is there"},
      {kHead + "datasets: [{name: d}, {name: d}]\n", "run.yaml: $.datasets: d is there twice"},
      {kHead + "datasets: [{name: d, digest: sha256:AB}]\n", "run.yaml:2:22: $.datasets[0].digest"},
      {kHead + "datasets: [{name: d, url: 'http://a b'}]\n", "run.yaml:2:22: $.datasets[0].url: "},
      {kHead + "datasets: [{name: d, url: 'https://a/%zz'}]\n", "run.yaml:2:22: $.datasets[0].url"},
      {kHead + "datasets: [{name: d, role: [learning]}]\n", "run.yaml:2:29: $.datasets[0].role[0]"},
      {kHead + "code: {repository: https://a/b, commit: main}\n", "run.yaml:2:33: $.code.commit: "},
      {kHead + "energy: [{kWh: -1}]\n", "run.yaml:2:11: $.energy[0].kWh: "},
      {kHead + "energy: [{kWh: 1, co2Grams: 1, co2Tonnes: 1}]\n", "run.yaml:2:10: $.energy[0]: "},
      {kHead + "hardware: [{accelerator: h, count: 0}]\n", "run.yaml:2:29: $.hardware[0].count: "},
      {kHead + "hyperparameters: {a: [1]}\n", "run.yaml:2:19: $.hyperparameters.a: "},
      {kHead + "frameworks: [{name: a, version: '1', purl: 'npm:a'}]\n",
       "run.yaml:2:38: $.frameworks[0].purl: "},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    const auto read = parse_training(row.text, "run.yaml");
    REQUIRE_FALSE(read);
    CHECK(read.error().kind() == ErrorKind::usage);
    CHECK_MESSAGE(read.error().text().starts_with(row.message), read.error().text());
  }
}

TEST_CASE("units are converted as decimals, rounded once") {
  CHECK(scaled(12.5, -6) == 0.0000125);
  CHECK(scaled(1470.5, -6) == 0.0014705);
  CHECK(scaled(0.1, -3) == 0.0001);
  CHECK(scaled(3, -6) == 3e-6);
  CHECK(scaled(1e21, -6) == 1e15);
  CHECK(scaled(2.5e-7, -3) == 2.5e-10);
  CHECK(scaled(0, -6) == 0);
  CHECK(scaled(0.1, -6) != 0.1 / 1e6 + 1e-20);
}

TEST_CASE("base models and datasets of the card and of the training file are the same ones") {
  ModelInfo info;
  info.base_models = {{"Example/Tiny-Llama-Base", "finetune", "main", "README.md"}};
  info.datasets = {{"example/support-dialogues", "README.md"}};
  const auto training = parse_training(documented(), "run.yaml").take();
  add_training(training, info);
  check_lineage(info);
  REQUIRE(info.base_models.size() == 2);
  CHECK(info.base_models[0].revision == "0f3c1a5b7d9e2f4a6c8b0d1e3f5a7b9c1d3e5f70");
  CHECK(info.base_models[0].source == "README.md, run.yaml");
  REQUIRE(info.datasets.size() == 2);
  CHECK(info.datasets[0].source == "README.md, run.yaml");
  CHECK(info.datasets[0].classification == "internal");
  CHECK(codes(info).empty());
  REQUIRE(info.training);
}

TEST_CASE("what a training file says otherwise of a base model is a finding") {
  ModelInfo info;
  info.base_models = {{"a/b", "adapter", std::string(40, 'a'), "adapter_config.json"}};
  const auto training = parse_training(kHead +
                                           "baseModels:\n  - {name: a/b, relation: merge, "
                                           "revision: " +
                                           std::string(40, 'b') + "}\n",
                                       "run.yaml");
  REQUIRE(training);
  add_training(*training, info);
  CHECK(codes(info) ==
        std::vector<std::string>{"base-model-contradicts", "base-model-contradicts"});
  CHECK(info.base_models[0].relation == "adapter");
}
