// Tasks by the names that the Hub gives them.
#include "model/tasks.hpp"

#include "base/text.hpp"
#include "model/collect.hpp"

#include <array>
#include <string>
#include <utility>

namespace mpk::model {
namespace {

/// ModelPack's capabilities by the Hub's task (inferred: the card names the task only).
struct TaskTypes {
  std::string_view task, inputs, outputs;
};
constexpr auto kTasks = std::to_array<TaskTypes>({
    {"text-generation", "text", "text"},
    {"text2text-generation", "text", "text"},
    {"text-classification", "text", "other"},
    {"token-classification", "text", "other"},
    {"zero-shot-classification", "text", "other"},
    {"question-answering", "text", "text"},
    {"summarization", "text", "text"},
    {"translation", "text", "text"},
    {"fill-mask", "text", "text"},
    {"feature-extraction", "text", "embedding"},
    {"sentence-similarity", "text", "embedding"},
    {"image-classification", "image", "other"},
    {"object-detection", "image", "other"},
    {"image-segmentation", "image", "image"},
    {"image-to-text", "image", "text"},
    {"image-to-image", "image", "image"},
    {"image-text-to-text", "image text", "text"},
    {"visual-question-answering", "image text", "text"},
    {"video-text-to-text", "text video", "text"},
    {"video-classification", "video", "other"},
    {"text-to-image", "text", "image"},
    {"text-to-video", "text", "video"},
    {"text-to-audio", "text", "audio"},
    {"text-to-speech", "text", "audio"},
    {"automatic-speech-recognition", "audio", "text"},
    {"audio-classification", "audio", "other"},
    {"audio-text-to-text", "audio text", "text"},
});

/// transformers' auto classes with one head each (models/auto/modeling_auto.py).
constexpr auto kHeads = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"ForCausalLM", "text-generation"},
    {"LMHeadModel", "text-generation"},
    {"ForMaskedLM", "fill-mask"},
    {"ForSequenceClassification", "text-classification"},
    {"ForTokenClassification", "token-classification"},
    {"ForQuestionAnswering", "question-answering"},
    {"ForImageClassification", "image-classification"},
    {"ForObjectDetection", "object-detection"},
    {"ForAudioClassification", "audio-classification"},
    {"ForCTC", "automatic-speech-recognition"},
});

}  // namespace

std::string_view usual_task(std::string_view architecture) {
  for (const auto& [ending, task] : kHeads) {
    if (architecture.ends_with(ending)) return task;
  }
  return {};
}

void add_task_types(ModelInfo& info) {
  const std::string_view task = info.task.empty() ? usual_task(info.architecture) : info.task;
  for (const TaskTypes& row : kTasks) {
    if (row.task != task) continue;
    for (const std::string_view type : split(row.inputs, ' ')) add_unique(info.input_types, type);
    for (const std::string_view type : split(row.outputs, ' ')) add_unique(info.output_types, type);
  }
}

}  // namespace mpk::model
