// check_classes: the class that loads the model, and what card, config and tensors make of it.
#include "base/text.hpp"
#include "model/collect.hpp"
#include "model/consistency.hpp"
#include "model/names.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace mpk::model {
namespace {

/// Families whose classes bear their model_type's name; of others a difference says nothing.
constexpr auto kFamilies = std::to_array<std::string_view>(
    {"albert",     "bart",       "bert",       "bloom",  "camembert",  "clip",     "cohere",
     "deberta",    "deepseek",   "deit",       "dinov2", "distilbert", "electra",  "falcon",
     "gemma",      "gpt2",       "gptbigcode", "gptneo", "gptneox",    "gptj",     "gptoss",
     "granite",    "idefics",    "internlm2",  "llama",  "llava",      "mamba",    "marian",
     "mistral",    "mixtral",    "mpt",        "mt5",    "nemotron",   "olmo",     "opt",
     "paligemma",  "pegasus",    "phi",        "qwen2",  "qwen3",      "roberta",  "siglip",
     "stablelm",   "starcoder2", "swin",       "t5",     "vit",        "wav2vec2", "whisper",
     "xlmroberta", "xlnet"});

/// Tasks that a class with this ending has no output for.
struct Refused {
  std::string_view ending;
  std::array<std::string_view, 10> tasks;
};
constexpr auto kRefused = std::to_array<Refused>({
    {"ForCausalLM",
     {"text-classification", "token-classification", "image-classification", "object-detection",
      "fill-mask", "automatic-speech-recognition", "text-to-image", "image-segmentation",
      "audio-classification", "zero-shot-classification"}},
    {"ForMaskedLM",
     {"text-generation", "text2text-generation", "image-classification", "object-detection",
      "automatic-speech-recognition", "text-to-image", "image-segmentation", "summarization",
      "translation", "image-to-text"}},
    {"ForSequenceClassification",
     {"text-generation", "text2text-generation", "fill-mask", "image-classification",
      "object-detection", "automatic-speech-recognition", "text-to-image", "summarization",
      "translation", "image-to-text"}},
    {"ForTokenClassification",
     {"text-generation", "text2text-generation", "fill-mask", "image-classification",
      "object-detection", "automatic-speech-recognition", "text-to-image", "summarization",
      "translation", "text-classification"}},
    {"ForImageClassification",
     {"text-generation", "text2text-generation", "fill-mask", "text-classification",
      "token-classification", "automatic-speech-recognition", "text-to-image", "summarization",
      "translation", "object-detection"}},
});

/// What PEFT's task types answer.
constexpr auto kTaskTypes = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"CAUSAL_LM", "ForCausalLM"},
     {"SEQ_CLS", "ForSequenceClassification"},
     {"TOKEN_CLS", "ForTokenClassification"}});

std::string plain(std::string_view text) {
  std::string out;
  for (const char c : lower_ascii(text)) {
    if (c != '_' && c != '-') out += c;
  }
  return out;
}

/// "LlamaForCausalLM" → "llama", "GPT2LMHeadModel" → "gpt2".
std::string family_of(std::string_view architecture) {
  for (const std::string_view end : {"For", "LMHead", "Model"}) {
    if (const auto at = architecture.find(end); at != architecture.npos && at > 0) {
      return plain(architecture.substr(0, at));
    }
  }
  return plain(architecture);
}

bool is_known(std::string_view family) {
  return std::any_of(kFamilies.begin(), kFamilies.end(),
                     [&](std::string_view known) { return family.starts_with(known); });
}

bool refuses(std::string_view architecture, std::string_view task) {
  return std::any_of(kRefused.begin(), kRefused.end(), [&](const Refused& row) {
    return architecture.ends_with(row.ending) &&
           std::find(row.tasks.begin(), row.tasks.end(), task) != row.tasks.end();
  });
}

void check_family(const Document& config, ModelInfo& info) {
  const std::string type = string_member(config.json, "model_type");
  const auto classes = string_or_list(config.json, "architectures");
  // Code of the model's own may call its class what it likes.
  if (type.empty() || classes.size() != 1 || config.json.contains("auto_map")) return;
  const std::string family = family_of(classes[0]), declared = plain(type);
  if (!is_known(family) || !is_known(declared)) return;
  if (family.starts_with(declared) || declared.starts_with(family)) return;
  add_finding(
      info, Severity::medium, "architecture-contradicts", config.path,
      "architectures is " + printable(classes[0], 80) + ", model_type is " + printable(type, 80),
      "make both name the class that the model was trained with", "/architectures");
}

void check_task(const Documents& documents, ModelInfo& info) {
  if (info.task.empty()) return;
  if (documents.config) {
    const auto classes = string_or_list(documents.config->json, "architectures");
    const bool all = !classes.empty() && std::all_of(classes.begin(), classes.end(), [&](auto& c) {
      return refuses(c, info.task);
    });
    if (all) {
      add_finding(info, Severity::low, "task-contradicts", documents.config->path,
                  "architectures is " + printable(classes[0], 80) +
                      ", the card's pipeline_tag is " + printable(info.task, 80),
                  "correct pipeline_tag", "/architectures");
    }
  }
  if (!documents.adapter) return;
  const std::string type = string_member(documents.adapter->json, "task_type");
  for (const auto& [name, ending] : kTaskTypes) {
    if (type != name || !refuses(ending, info.task)) continue;
    add_finding(info, Severity::low, "task-contradicts", documents.adapter->path,
                "task_type is " + type + ", the card's pipeline_tag is " + printable(info.task, 80),
                "correct pipeline_tag", "/task_type");
  }
}

/// Libraries that load nothing without this file.
void check_library(const Heads& heads, const Weights& weights, ModelInfo& info) {
  const std::string library = lower_ascii(info.library);
  const bool gguf = library == "gguf" || library == "llama.cpp" || library == "llama-cpp-python";
  const auto lacks = [&](const char* what) {
    add_finding(info, Severity::low, "library-contradicts", "README.md",
                "library_name is " + printable(info.library, 80) + ", there is no " + what,
                "correct library_name, or add the file");
  };
  if (weights.counted.empty()) return;
  if (gguf && weights.gguf.empty()) lacks("GGUF file");
  if ((library == "onnx" || library == "transformers.js") && weights.onnx.empty()) {
    lacks("ONNX file");
  }
  const auto named = [&](std::string_view name) {
    return std::any_of(heads.begin(), heads.end(), [&](const auto& entry) {
      return iequals_ascii(base_name(entry.first), name);
    });
  };
  if (library == "peft" && !named("adapter_config.json")) lacks("adapter_config.json");
  if (library == "transformers" && weights.format == Format::safetensors && !named("config.json") &&
      !named("adapter_config.json")) {
    lacks("config.json");
  }
}

constexpr auto kHeads = std::to_array<std::string_view>({"classifier.weight", "score.weight",
                                                         "classifier.out_proj.weight",
                                                         "classification_head.out_proj.weight"});

void check_labels(const Document& config, const Weights& weights, ModelInfo& info) {
  const auto labels = config.json.find("id2label");
  if (labels == config.json.end() || !labels->is_object() || labels->empty()) return;
  const std::uint64_t count = labels->size();
  const auto differs = [&](const std::string& what, const std::string& path) {
    add_finding(info, Severity::medium, "labels-contradict", path,
                what + ", id2label names " + std::to_string(count) + " labels",
                "make num_labels, id2label and the classifier agree", "/id2label");
  };
  if (const auto number = config_number(config.json, "num_labels"); number && *number != count) {
    differs("num_labels is " + std::to_string(*number), config.path);
  }
  const auto classes = string_or_list(config.json, "architectures");
  const bool classifies = std::any_of(classes.begin(), classes.end(), [](const std::string& name) {
    return name.ends_with("Classification");
  });
  if (!classifies || !weights.complete) return;
  for (const Tensor* tensor : counted_tensors(weights)) {
    const bool head = std::find(kHeads.begin(), kHeads.end(), tensor->name) != kHeads.end();
    if (!head || tensor->shape.size() != 2 || tensor->shape[0] == count) continue;
    differs(tensor->name + " has " + std::to_string(tensor->shape[0]) + " rows", config.path);
  }
}

/// A language model's output is its embedding (tied) or a head of its own.
void check_head(const Document& config, const Weights& weights, ModelInfo& info) {
  const auto tied = config.json.find("tie_word_embeddings");
  const bool causal = info.architecture.ends_with("ForCausalLM");
  if (!weights.complete || !causal || tied == config.json.end() || *tied != false) return;
  bool embedding = false, head = false;
  for (const Tensor* tensor : counted_tensors(weights)) {
    const std::string& name = tensor->name;
    embedding =
        embedding || name == "model.embed_tokens.weight" || name == "transformer.wte.weight";
    head = head || name.find("head") != name.npos || name.find("output") != name.npos ||
           name.find("embed_out") != name.npos;
  }
  if (!embedding || head) return;
  add_finding(info, Severity::medium, "tied-embeddings-contradict", config.path,
              "tie_word_embeddings is false, and the weights have no lm_head",
              "set tie_word_embeddings, or add the head: loaders make it up",
              "/tie_word_embeddings");
}

}  // namespace

void check_classes(const Heads& heads, const Documents& documents, const Weights& weights,
                   ModelInfo& info) {
  check_task(documents, info);
  check_library(heads, weights, info);
  if (!documents.config) return;
  check_family(*documents.config, info);
  check_labels(*documents.config, weights, info);
  if (weights.format == Format::safetensors) check_head(*documents.config, weights, info);
}

}  // namespace mpk::model
