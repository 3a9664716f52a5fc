// tokenizer_config.json: class, special tokens, chat template.
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "model/collect.hpp"
#include "model/huggingface.hpp"
#include "model/json_file.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>

namespace mpk::model {
namespace {

/// A token is its text, or an object that has it as "content".
std::string token_text(const Json& config, const char* key) {
  const auto member = config.find(key);
  if (member != config.end() && member->is_object()) return string_member(*member, "content");
  return string_member(config, key);
}

/// transformers writes 10^30 where the tokenizer knows no limit.
constexpr std::uint64_t kNoLimit = 1'000'000'000'000;

void add_special_tokens(const Json& config, const std::string& source, ModelInfo& info) {
  for (const char* key : {"bos_token", "eos_token", "pad_token", "unk_token", "padding_side"}) {
    add_fact(info, {key, token_text(config, key), Tier::declared, source, "/" + std::string(key)});
  }
  const auto length = config.find("model_max_length");
  if (length == config.end() || !length->is_number_unsigned()) return;
  if (length->get<std::uint64_t>() >= kNoLimit) return;
  add_fact(info,
           {"model_max_length", scalar_text(*length), Tier::declared, source, "/model_max_length"});
}

}  // namespace

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

void read_tokenizer_config(const FileHead& config, ModelInfo& info) {
  const auto root = parse_json_file(config, info);
  if (!root) return;
  const std::string tokenizer = string_member(*root, "tokenizer_class");
  set_if_empty(info.tokenizer_class, tokenizer);
  add_fact(info, {"tokenizer_class", tokenizer, Tier::declared, config.path, "/tokenizer_class"});
  add_special_tokens(*root, config.path, info);
  if (const Json* text = chat_template(*root)) {
    set_if_empty(info.chat_template_sha256,
                 crypto::sha256(text->get_ref<const std::string&>()).hex());
  }
  add_remote_code(*root, config.path, info);
}

}  // namespace mpk::model
