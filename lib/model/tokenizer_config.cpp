// tokenizer_config.json and adapter_config.json (PEFT).
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "model/collect.hpp"
#include "model/huggingface.hpp"
#include "model/json_file.hpp"

#include <nlohmann/json.hpp>

namespace mpk::model {
namespace {

/// A template, or a list of {name, template}: the one called "default", else the first.
const Json* chat_template(const Json& config) {
  const auto member = config.find("chat_template");
  if (member == config.end()) return nullptr;
  if (member->is_string()) return &*member;
  if (!member->is_array()) return nullptr;
  const Json* chosen = nullptr;
  for (const Json& item : *member) {
    const auto text = item.find("template");
    if (text == item.end() || !text->is_string()) continue;
    if (string_member(item, "name") == "default") return &*text;
    if (!chosen) chosen = &*text;
  }
  return chosen;
}

}  // namespace

void read_tokenizer_config(const FileHead& config, ModelInfo& info) {
  const auto root = parse_json_file(config, info);
  if (!root) return;
  const std::string tokenizer = string_member(*root, "tokenizer_class");
  set_if_empty(info.tokenizer_class, tokenizer);
  add_fact(info, {"tokenizer_class", tokenizer, Tier::declared, config.path});
  if (const Json* text = chat_template(*root)) {
    set_if_empty(info.chat_template_sha256,
                 crypto::sha256(text->get_ref<const std::string&>()).hex());
  }
  add_remote_code(*root, config.path, info);
}

void read_adapter_config(const FileHead& config, ModelInfo& info) {
  const auto root = parse_json_file(config, info);
  if (!root) return;
  add_fact(info, {"tune_method", lower_ascii(string_member(*root, "peft_type")), Tier::declared,
                  config.path});
  for (const char* key : {"r", "lora_alpha", "lora_dropout"}) {
    const auto value = root->find(key);
    if (value == root->end()) continue;
    const std::string name = std::string_view(key) == "r" ? "lora_r" : key;
    add_fact(info, {name, scalar_text(*value), Tier::declared, config.path});
  }
  set_if_empty(info.library, "peft");
  const std::string base = string_member(*root, "base_model_name_or_path");
  // A path of the machine that trained it says nothing to anyone else, and may say too much.
  if (base.starts_with('/') || base.starts_with('.') || base.find('\\') != base.npos) {
    add_finding(info, Severity::low, "base-model-local", config.path,
                "base_model_name_or_path is a local path", "name the base model's repository");
    return;
  }
  add_base_model(info, {base, "adapter", string_member(*root, "revision"), config.path});
}

}  // namespace mpk::model
