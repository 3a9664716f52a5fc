// Tests of the summary: our own document, and one of another tool.
#include "aibom/agree.hpp"
#include "aibom/test_models.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

using namespace mpk;
using namespace mpk::aibom;

TEST_CASE("a summary holds what the document was made from") {
  auto info = testing::tiny_llama();
  info.quantization = "Q8_0";
  auto bom = testing::build(info, testing::tiny_files(), [](BuildInput& input) {
               input.version = "1.0";
             }).take();
  auto summary = summarize(bom);
  CHECK(summary.name == "tiny-llama");
  CHECK(summary.version == "1.0");
  CHECK(summary.spec_version == "1.6");
  CHECK(summary.serial_number == bom["serialNumber"]);
  CHECK(summary.architecture == "LlamaForCausalLM");
  CHECK(summary.family == "llama");
  CHECK(summary.task == "text-generation");
  CHECK(summary.quantization == "Q8_0");
  CHECK(summary.parameters == "295392");
  CHECK(summary.context_length == "2048");
  CHECK(summary.licenses == std::vector<std::string>{"Apache-2.0"});
  CHECK(summary.base_models == std::vector<std::string>{"example/tiny-llama-base (finetune)"});
  CHECK(summary.datasets ==
        std::vector<std::string>{"example/licence-questions", "example/support-dialogues"});
  CHECK(summary.files == 6);
  CHECK(summary.findings.size() == 1);
}

TEST_CASE("another tool's document is understood: model beside the application, other forms") {
  auto summary = summarize(json::parse(R"({"specVersion":"1.6",
    "metadata":{"component":{"type":"application","name":"chat"}},
    "components":[{"type":"library","name":"torch"},
      {"type":"machine-learning-model","group":"acme","name":"llm","version":"2",
       "licenses":[{"expression":"MIT OR Apache-2.0"}],
       "modelCard":{"modelParameters":{"datasets":[{"type":"dataset","name":"inline"},{"ref":"d"},
         {"ref":"urn:cdx:x/1#y"}]},
         "properties":[{"name":"cdx:ai-ml:model:parameter:count","value":"8B"}]}},
      {"type":"data","name":"tickets","bom-ref":"d"}]})")
                               .take());
  CHECK(summary.name == "acme/llm");
  CHECK(summary.version == "2");
  CHECK(summary.parameters == "8B");
  CHECK(summary.licenses == std::vector<std::string>{"MIT OR Apache-2.0"});
  CHECK(summary.datasets == std::vector<std::string>{"inline", "tickets", "urn:cdx:x/1#y"});
  CHECK(summary.files == 0);
}

TEST_CASE("without a model the summary is of what the document is about") {
  CHECK(
      summarize(
          json::parse(R"({"metadata":{"component":{"type":"application","name":"chat"}}})").take())
          .name == "chat");
  CHECK(summarize(Json()).name.empty());
}
