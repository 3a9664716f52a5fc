// check_base_models: what the model says it was made from, and whether it can have been.
#include "base/text.hpp"
#include "model/collect.hpp"
#include "model/consistency.hpp"
#include "model/names.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace mpk::model {
namespace {

/// "unsloth/Llama-3.2-1B-bnb-4bit" and "meta-llama/Llama-3.2-1B" are one model to whoever trained
/// an adapter on the smaller copy.
std::string model_name(std::string_view repository) {
  std::string name = lower_ascii(repository.substr(repository.rfind('/') + 1));
  static constexpr auto kCopies = std::to_array<std::string_view>(
      {"-unsloth", "-bnb", "-4bit", "-8bit", "-gptq", "-awq", "-gguf", "-hf", "-int4", "-int8"});
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view end : kCopies) {
      if (!name.ends_with(end)) continue;
      name.resize(name.size() - end.size());
      again = true;
    }
  }
  constexpr std::string_view kMeta = "meta-";
  return name.starts_with(kMeta) ? name.substr(kMeta.size()) : name;
}

bool is_adapter_tensor(std::string_view name) {
  static constexpr auto kParts = std::to_array<std::string_view>(
      {"lora", "adapter", "prompt", "ia3", "hada", "lokr", "oft", "prefix", "vera", "dora"});
  const std::string lower = lower_ascii(name);
  return std::any_of(kParts.begin(), kParts.end(),
                     [&](std::string_view part) { return lower.find(part) != lower.npos; });
}

bool is_plain_float(std::string_view dtype) {
  static constexpr auto kTypes = std::to_array<std::string_view>(
      {"F32", "F16", "BF16", "F64", "FLOAT", "FLOAT16", "BFLOAT16", "DOUBLE"});
  return std::find(kTypes.begin(), kTypes.end(), dtype) != kTypes.end();
}

void check_base(const Documents& documents, ModelInfo& info) {
  if (!documents.adapter) return;
  const std::string base = string_member(documents.adapter->json, "base_model_name_or_path");
  const auto local = [](std::string_view path) {
    return path.starts_with('/') || path.starts_with('.') || path.find('\\') != path.npos;
  };
  if (base.empty()) {
    if (!info.base_models.empty()) return;
    add_finding(info, Severity::medium, "base-model-missing", documents.adapter->path,
                "an adapter without the name of its base model", "name it",
                "/base_model_name_or_path");
    return;
  }
  if (local(base)) return;  // a finding of its own
  const BaseModel* other = nullptr;
  for (const BaseModel& known : info.base_models) {
    if (known.source == documents.adapter->path) continue;
    if (model_name(known.name) == model_name(base)) return;
    other = &known;
  }
  if (!other) return;
  add_finding(info, Severity::medium, "base-model-contradicts", documents.adapter->path,
              "base_model_name_or_path is " + printable(base, 200) + ", " +
                  printable(other->source, 200) + " names " + printable(other->name, 200),
              "make both name the model that the adapter was trained on",
              "/base_model_name_or_path");
}

/// "merge" and "mergekit" are tags that mergekit writes.
void check_merge(const Heads& heads, ModelInfo& info) {
  const bool tagged = std::find(info.tags.begin(), info.tags.end(), "mergekit") != info.tags.end();
  const bool recipe = heads.contains("mergekit_config.yml");
  if ((!tagged && !recipe) || !info.base_models.empty()) return;
  add_finding(
      info, Severity::low, "base-model-missing", recipe ? "mergekit_config.yml" : "README.md",
      "a merge without the names of the models that it was made of", "name them in base_model");
}

void check_relation(const Documents& documents, const Weights& weights, ModelInfo& info) {
  if (!weights.complete || weights.counted.empty()) return;
  for (const BaseModel& base : info.base_models) {
    if (!is_card_name(base.source)) continue;
    const auto contradicts = [&](const std::string& found) {
      add_finding(info, Severity::medium, "relation-contradicts", base.source,
                  "base_model_relation is " + printable(base.relation, 80) + ", " + found,
                  "correct base_model_relation");
    };
    if (base.relation == "quantized") {
      const auto& types = info.tensors.dtypes;
      const bool plain = std::all_of(types.begin(), types.end(),
                                     [](const auto& entry) { return is_plain_float(entry.first); });
      // The Hub counts every GGUF file as quantised; of several ONNX files only one is counted.
      if (plain && weights.format == Format::safetensors && info.quantization.empty()) {
        return contradicts("no tensor is quantised (" + info.precision + ")");
      }
    }
    if (base.relation == "adapter" && !documents.adapter && weights.format == Format::safetensors) {
      const auto tensors = counted_tensors(weights);
      const auto is = [&](auto test) { return std::any_of(tensors.begin(), tensors.end(), test); };
      const bool adapts = is([](const Tensor* t) { return is_adapter_tensor(t->name); });
      const bool embeds = is([](const Tensor* t) {
        return t->name == "model.embed_tokens.weight" || t->name == "transformer.wte.weight";
      });
      if (!adapts && embeds) return contradicts("the weights are those of a whole model");
    }
  }
}

}  // namespace

void check_base_models(const Heads& heads, const Documents& documents, const Weights& weights,
                       ModelInfo& info) {
  check_base(documents, info);
  check_merge(heads, info);
  check_relation(documents, weights, info);
}

}  // namespace mpk::model
