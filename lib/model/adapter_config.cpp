// adapter_config.json (PEFT): the method, its numbers, the base model.
#include "base/text.hpp"
#include "model/collect.hpp"
#include "model/huggingface.hpp"
#include "model/json_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::model {

void read_adapter_config(const FileHead& config, ModelInfo& info) {
  const auto root = parse_json_file(config, info);
  if (!root) return;
  add_fact(info, {"tune_method", lower_ascii(string_member(*root, "peft_type")), Tier::declared,
                  config.path, "/peft_type"});
  for (const char* key : {"r", "lora_alpha", "lora_dropout", "num_virtual_tokens"}) {
    const auto value = root->find(key);
    if (value == root->end()) continue;
    const std::string name = std::string_view(key) == "r" ? "lora_r" : key;
    add_fact(info,
             {name, scalar_text(*value), Tier::declared, config.path, "/" + std::string(key)});
  }
  // PEFT writes a set: its order means nothing.
  auto targets = string_or_list(*root, "target_modules");
  std::sort(targets.begin(), targets.end());
  add_fact(info, {"target_modules", cut(join(targets, ","), kShortText), Tier::declared,
                  config.path, "/target_modules"});
  set_if_empty(info.library, "peft");
  const std::string base = string_member(*root, "base_model_name_or_path");
  // A path of the machine that trained it says nothing to anyone else, and may say too much.
  if (base.starts_with('/') || base.starts_with('.') || base.find('\\') != base.npos) {
    add_finding(info, Severity::low, "base-model-local", config.path,
                "base_model_name_or_path is a local path", "name the base model's repository",
                "/base_model_name_or_path");
    return;
  }
  add_base_model(info, {base, "adapter", string_member(*root, "revision"), config.path});
}

}  // namespace mpk::model
