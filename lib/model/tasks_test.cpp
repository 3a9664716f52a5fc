// Tests of tasks: by the class where the card says nothing.
#include "model/tasks.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk::model;

TEST_CASE("a class with one head has a task, one with several or none has not") {
  CHECK(usual_task("LlamaForCausalLM") == "text-generation");
  CHECK(usual_task("GPT2LMHeadModel") == "text-generation");
  CHECK(usual_task("BertForMaskedLM") == "fill-mask");
  CHECK(usual_task("ViTForImageClassification") == "image-classification");
  CHECK(usual_task("Wav2Vec2ForCTC") == "automatic-speech-recognition");
  for (const auto* const none : {"", "BertModel", "T5ForConditionalGeneration", "ForCausalLMs"})
    CHECK(usual_task(none).empty());
}

TEST_CASE("inputs and outputs follow the card's task before the class's") {
  ModelInfo info;
  info.architecture = "LlamaForCausalLM";
  add_task_types(info);
  CHECK(info.input_types == std::vector<std::string>{"text"});
  CHECK(info.output_types == std::vector<std::string>{"text"});

  ModelInfo told;
  told.architecture = "LlamaForCausalLM";
  told.task = "feature-extraction";
  add_task_types(told);
  CHECK(told.output_types == std::vector<std::string>{"embedding"});

  ModelInfo unknown;
  unknown.task = "mind-reading";
  add_task_types(unknown);
  CHECK(unknown.input_types.empty());
}
