// Tests of what training and evaluation files become: the golden document, its places, its readers.
#include "model/training.hpp"

#include "aibom/agree.hpp"
#include "aibom/build.hpp"
#include "aibom/compare.hpp"
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/page.hpp"
#include "aibom/test_models.hpp"
#include "aibom/validate.hpp"
#include "base/file.hpp"
#include "model/evaluation.hpp"
#include "model/lineage.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::aibom;
using mpk::aibom::testing::build;
using mpk::aibom::testing::tiny_files;
using mpk::aibom::testing::tiny_llama;

namespace {

const std::string kGolden = MPK_SOURCE_DIR "/testdata/golden/aibom/training.cdx.json";

std::string documented(const std::string& page) {
  const auto text = read_file(MPK_SOURCE_DIR "/docs/" + page, 1 << 20).take();
  const auto start = text.find("```yaml\n") + 8;
  return text.substr(start, text.find("```", start) - start);
}

model::EvaluationReport evaluation(const std::string& text, const std::string& file) {
  auto report = model::parse_evaluation(text, file);
  if (!report) FAIL(report.error().text());
  return report.take();
}

// What the documentation shows, on the model that all tests share.
model::ModelInfo trained() {
  auto info = tiny_llama();
  model::add_training(model::parse_training(documented("training.md"), "run.yaml").take(), info);
  model::add_evaluation(evaluation(documented("evaluation.md"), "eval.yaml"), info);
  const auto lm_eval = read_file(
      MPK_SOURCE_DIR "/testdata/evaluations/results_2026-03-20T10-00-00.000000.json", 1 << 20);
  model::add_evaluation(evaluation(*lm_eval, "results.json"), info);
  model::check_lineage(info);
  return info;
}

Json document(const model::ModelInfo& info) {
  auto bom = build(info);
  if (!bom) FAIL(bom.error().text());
  return bom.take();
}

const Json& at(const Json& bom, const char* pointer) { return bom.at(Json::json_pointer(pointer)); }

}  // namespace

TEST_CASE("the document of the files that the documentation shows is the golden one") {
  const auto bom = document(trained());
  const auto text = json::pretty(bom);
  if (std::getenv("MPK_ACCEPT") != nullptr) REQUIRE(write_file_atomic(kGolden, text));
  CHECK(text == read_file(kGolden, 1 << 20).take());
  const auto problems = validate_aibom(bom).take();
  for (const auto& each : problems) MESSAGE(each.pointer << ": " << each.message);
  CHECK(problems.empty());
}

TEST_CASE("the run is a workflow whose inputs, outputs and topology lead somewhere") {
  const auto bom = document(trained());
  const auto& run = at(bom, "/formulation/0/workflows/0");
  CHECK(run["uid"] == "ft-2026-03-14-07");
  CHECK(run["taskTypes"] == Json({"clone", "build"}));
  CHECK(run["timeStart"] == "2026-03-14T07:00:00Z");
  CHECK(run["outputs"][0]["resource"]["ref"] == "model");
  CHECK(run["outputs"][1]["resource"]["externalReference"]["type"] == "log");
  CHECK(run["outputs"].size() == 3);
  std::vector<std::string> refs;
  for (const auto& input : run["inputs"]) {
    if (input.contains("resource")) refs.push_back(input["resource"]["ref"].get<std::string>());
  }
  CHECK(std::ranges::find(refs, "data:example/support-dialogues") != refs.end());
  CHECK(std::ranges::find(refs, "base:acme/tokenizer-donor") != refs.end());
  CHECK(at(bom, "/metadata/component/modelCard/modelParameters/approach/type") == "supervised");
  const auto& energy = at(bom,
                          "/metadata/component/modelCard/considerations/"
                          "environmentalConsiderations/energyConsumptions/0");
  CHECK(energy["activityEnergyCost"]["value"] == 61.25);
  CHECK(energy["co2CostEquivalent"]["value"] == 0.0014705);
  CHECK(energy["energyProviders"][0]["energySource"] == "hydropower");
}

TEST_CASE("ancestors have their digest, purl, licence and aiBOM; a branch is no version") {
  auto info = trained();
  info.base_models.push_back({"z/branch", "merge", "main", "run.yaml"});
  const auto bom = document(info);
  const auto& list = at(bom, "/metadata/component/pedigree/ancestors");
  REQUIRE(list.size() == 3);
  CHECK(list[0]["purl"].get<std::string>().starts_with("pkg:oci/donor@sha256%3A2c26b46b"));
  CHECK(list[0]["hashes"][0]["content"].get<std::string>().starts_with("2c26b46b"));
  CHECK(list[0]["licenses"][0]["license"]["id"] == "MIT");
  CHECK(list[0]["externalReferences"][0]["type"] == "bom");
  CHECK(list[0]["externalReferences"][0]["hashes"].size() == 1);
  CHECK(list[1]["version"] == "0f3c1a5b7d9e2f4a6c8b0d1e3f5a7b9c1d3e5f70");
  CHECK(list[1]["externalReferences"][0]["url"] ==
        "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1");
  CHECK_FALSE(list[2].contains("version"));
  CHECK(property(list[2], "mpk:revision") == "main");
}

TEST_CASE("a threshold makes a requirement, a claim that meets it or not, and evidence") {
  const auto bom = document(trained());
  const auto& declared = at(bom, "/declarations");
  CHECK(declared["assessors"][0]["organization"]["name"] == "Acme Red Team");
  CHECK(declared["claims"].size() == 7);
  CHECK(declared["claims"][0]["target"] == "model");
  CHECK(declared["evidence"][0]["created"] == "2026-03-20T10:00:00Z");
  REQUIRE(declared["attestations"].size() == 1);
  const auto& entry = declared["attestations"][0]["map"][0];
  CHECK(entry["claims"] == Json::array({"claim:1.1"}));
  CHECK(entry["conformance"]["score"] == 1);
  CHECK(at(bom, "/definitions/standards/0/requirements/0")["identifier"] == "REL-7");
  auto info = tiny_llama();
  model::add_evaluation(
      evaluation("apiVersion: mpk/v1\nresults: [{metric: m, value: 1, threshold: 2, direction: "
                 "at-least}]\n",
                 "e.yaml"),
      info);
  const auto failed = document(info);
  CHECK(at(failed, "/declarations/attestations/0/map/0/conformance/score") == 0);
  CHECK_FALSE(at(failed, "/declarations").contains("assessors"));
  CHECK(at(failed, "/definitions/standards/0/name") == "Thresholds of e.yaml");
}

TEST_CASE("a third party's report is an attestation, one's own a quality metric") {
  for (const auto& [third, type] :
       {std::pair{"true", "attestation"}, {"false", "quality-metrics"}}) {
    auto info = tiny_llama();
    model::add_evaluation(
        evaluation("apiVersion: mpk/v1\nevaluator: {name: a, thirdParty: " + std::string(third) +
                       "}\nreport: {url: 'https://a/b'}\nresults: [{metric: m, value: 1}]\n",
                   "e.yaml"),
        info);
    const Json bom = document(info);
    const auto& list = at(bom, "/metadata/component/externalReferences");
    CHECK(std::ranges::any_of(list, [&, wanted = std::string(type)](const Json& each) {
      return each["type"] == wanted && each["url"] == "https://a/b";
    }));
  }
}

TEST_CASE("every fact of the files has a tier, declared, with the file as its source") {
  const auto bom = document(trained());
  const auto& properties = at(bom, "/metadata/component/properties");
  for (const std::string pointer :
       {"/formulation/0/workflows/0", "/formulation/0/components/0", "/components/1",
        "/metadata/component/pedigree/ancestors/0", "/declarations/claims/0",
        "/metadata/component/modelCard/modelParameters/approach/type"}) {
    CAPTURE(pointer);
    CHECK(std::ranges::any_of(properties, [&](const Json& each) {
      return each["name"] == own(kProvenance) + pointer &&
             each["value"].get<std::string>().starts_with("declared;source=");
    }));
  }
}

TEST_CASE("the order of evaluation files and of their lists' owners does not matter") {
  auto info = trained();
  std::ranges::reverse(info.reports);
  std::ranges::reverse(info.evaluations);
  std::ranges::reverse(info.datasets);
  std::ranges::reverse(info.base_models);
  CHECK(json::pretty(document(info)) == json::pretty(document(trained())));
}

TEST_CASE("show, page and diff tell what the files said") {
  const auto bom = document(trained());
  const auto summary = summarize(bom);
  CHECK(summary.training == "ft-2026-03-14-07 · 2026-03-14T07:00:00Z to 2026-03-14T19:30:00Z");
  CHECK(summary.evaluations.size() == 9);
  const auto page = html_page(bom);
  for (const auto* words :
       {"8 × NVIDIA H100 80GB, 12.5 hours", "torchrun --nproc-per-node 8", "learning_rate",
        "61.25 kWh", "0.0014705 tCO2eq", "Acme Cloud: hydropower", "owner: Acme Support",
        "refusal_rate is 0.98", "measured with inspect-ai 0.3.80", "0.965 to 0.99", ">met<"})
    CHECK_MESSAGE(page.find(words) != std::string::npos, words);
  CHECK(html_page(document(tiny_llama())).find("id=\"training\"") == std::string::npos);
  const auto changes = compare_documents(document(tiny_llama()), bom);
  CHECK(std::ranges::any_of(changes, [](const FactChange& change) {
    return change.kind == "evaluation.added" &&
           change.subject.find("word_perplexity") != std::string::npos;
  }));
}

TEST_CASE("no text of such files can make the document invalid") {
  const std::string evil = "\xff\x1b[2J\n\u202e%00 \"}]," + std::string(5000, 'x');
  auto info = tiny_llama();
  model::TrainingRun run;
  run.activity = "training";
  for (auto* field : {&run.id, &run.name, &run.description, &run.method, &run.command,
                      &run.code_repository, &run.code_path, &run.container_image, &run.flops})
    *field = evil;
  run.container_digest = evil;
  run.frameworks = {{evil, evil, ""}};
  run.hardware = {{evil, evil, evil, 1, 1.0}};
  run.hyperparameters = {{evil, evil, "string"}};
  run.byproducts = {{evil, "log", evil, evil}, {evil, "other", "https://a/b", evil}};
  info.training = run;
  model::Dataset data{evil, evil};
  for (auto* field : {&data.revision, &data.digest, &data.reference, &data.url, &data.description,
                      &data.classification})
    *field = evil;
  data.sensitive = data.roles = {evil};
  data.facts = {{evil, evil, model::Tier::declared, evil}};
  data.governance.owners = {{evil, "a@b.c", evil}};
  info.datasets = {data};
  model::BaseModel base{evil, evil, evil, evil};
  base.reference = base.digest = base.bom = base.bom_digest = evil;
  base.licenses = {{.spdx_id = evil, .name = evil, .url = evil, .source = evil}};
  info.base_models = {base};
  model::EvaluationReport report;
  report.source = report.harness = report.harness_version = report.harness_url = evil;
  report.evaluator = {evil, "a@b.c", evil};
  report.report = {evil, evil};
  report.standard = {evil, evil, evil, evil};
  model::EvaluationReport::Result result;
  result.metric = result.value = result.threshold = result.id = result.title = result.task = evil;
  result.details = {{evil, evil}};
  result.report = {evil, evil};
  report.results = {result};
  model::add_evaluation(report, info);
  const auto bom = build(info);
  REQUIRE_MESSAGE(bom, bom.error().text());
  CHECK(json::compact(*bom).find('\x1b') == std::string::npos);
}
