// generation_config.json, preprocessor_config.json, model_index.json: a few facts from each.
#include "model/collect.hpp"
#include "model/huggingface.hpp"
#include "model/json_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

namespace mpk::model {
namespace {

/// What a model answers with when nobody asks for anything else.
constexpr auto kGeneration =
    std::to_array<std::string_view>({"do_sample", "max_length", "max_new_tokens",
                                     "repetition_penalty", "temperature", "top_k", "top_p"});

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

void read_generation_config(const FileHead& config, ModelInfo& info) {
  const auto root = parse_json_file(config, info);
  if (!root) return;
  for (const std::string_view key : kGeneration) {
    const auto member = root->find(key);
    if (member == root->end()) continue;
    add_fact(info, {"generation_" + std::string(key), scalar_text(*member), Tier::declared,
                    config.path, "/" + std::string(key)});
  }
}

void read_preprocessor_config(const FileHead& config, ModelInfo& info) {
  const auto root = parse_json_file(config, info);
  if (!root) return;
  const auto has = [&](const char* key) { return root->find(key) != root->end(); };
  // Feature extractors are of sounds, or of images in files of older releases.
  const bool image = has("image_processor_type") || has("image_mean") || has("do_resize");
  const bool audio = has("sampling_rate") && (has("feature_size") || has("feature_extractor_type"));
  if (image) add_unique(info.input_types, "image");
  if (audio) add_unique(info.input_types, "audio");
  if (has("video_processor_type")) add_unique(info.input_types, "video");
  for (const char* key : {"image_processor_type", "feature_extractor_type", "processor_class"}) {
    add_fact(info,
             {key, string_member(*root, key), Tier::declared, config.path, "/" + std::string(key)});
  }
  add_remote_code(*root, config.path, info);
}

void read_model_index(const FileHead& index, ModelInfo& info) {
  const auto root = parse_json_file(index, info);
  if (!root) return;
  set_if_empty(info.architecture, string_member(*root, "_class_name"));
  set_if_empty(info.library, "diffusers");
  std::size_t listed = 0;
  for (const auto& [name, member] : root->items()) {
    if (name.starts_with('_') || !member.is_array() || member.size() != 2) continue;
    if (!member[0].is_string() || !member[1].is_string()) continue;
    if (++listed > kListItems) return;
    add_fact(info,
             {"component_" + cut(name, 64), scalar_text(member[0]) + "." + scalar_text(member[1]),
              Tier::declared, index.path, "/" + name});
    if (is_one_of(name, {"text_encoder", "tokenizer"})) add_unique(info.input_types, "text");
  }
}

}  // namespace mpk::model
