// config.json: architecture and hyperparameters, under the names that model families give them.
#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "model/collect.hpp"
#include "model/huggingface.hpp"
#include "model/json_file.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace mpk::model {
namespace {

struct Name {
  std::string_view fact;                 // CycloneDX cdx:ai-ml:model:hyperparameter
  std::array<std::string_view, 6> keys;  // the first present one counts
};
constexpr auto kNames = std::to_array<Name>({
    {"hidden_size", {"hidden_size", "n_embd", "d_model", "dim"}},
    {"num_hidden_layers", {"num_hidden_layers", "n_layer", "num_layers", "n_layers"}},
    {"num_attention_heads", {"num_attention_heads", "n_head", "num_heads", "n_heads"}},
    {"num_key_value_heads", {"num_key_value_heads", "num_kv_heads", "n_head_kv"}},
    {"intermediate_size", {"intermediate_size", "n_inner", "d_ff", "ffn_dim", "hidden_dim"}},
    {"vocab_size", {"vocab_size"}},
    {"max_position_embeddings",
     {"max_position_embeddings", "n_positions", "n_ctx", "max_sequence_length", "seq_length"}},
    {"hidden_act", {"hidden_act", "activation_function", "hidden_activation"}},
    {"layer_norm_epsilon", {"rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon"}},
    {"activation_dropout", {"activation_dropout"}},
    {"torch_dtype", {"torch_dtype", "dtype"}},
    {"head_dim", {"head_dim"}},
    {"rope_theta", {"rope_theta"}},
    {"sliding_window", {"sliding_window"}},
    {"num_experts",
     {"num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts", "n_experts"}},
    {"num_experts_per_tok",
     {"num_experts_per_tok", "num_experts_per_token", "experts_per_token", "moe_topk", "moe_k"}},
    {"n_shared_experts", {"n_shared_experts", "num_shared_experts", "moe_num_shared_experts"}},
    // Layers for predicting several tokens: they have weights, but the layer count leaves them out.
    {"num_nextn_predict_layers", {"num_nextn_predict_layers"}},
    // Where the embedding is narrower than the layers (ALBERT, OPT-350m).
    {"embedding_size", {"embedding_size", "word_embed_proj_dim"}},
});

struct Found {
  std::string value, pointer;
};

Found hyperparameter(const Json& config, const Name& name, const std::string& prefix) {
  for (const std::string_view key : name.keys) {
    if (key.empty()) break;
    const auto member = config.find(key);
    if (member == config.end() || scalar_text(*member).empty()) continue;
    return {scalar_text(*member), prefix + "/" + std::string(key)};
  }
  return {};
}

void add_hyperparameters(const Json& config, const std::string& source, ModelInfo& info) {
  const auto [inner, prefix] = text_config(config);
  for (const Name& name : kNames) {
    Found found = hyperparameter(config, name, "");
    if (found.value.empty() && inner) found = hyperparameter(*inner, name, prefix);
    // transformers 4 wrote "torch.bfloat16" now and then.
    if (name.fact == "torch_dtype" && found.value.starts_with("torch.")) found.value.erase(0, 6);
    add_fact(info, {std::string(name.fact), std::move(found.value), Tier::declared, source,
                    std::move(found.pointer)});
  }
  const Fact* positions = find_fact(info, "max_position_embeddings");
  if (!positions) return;
  if (const auto length = parse_u64(positions->value); length && *length > 0) {
    if (!info.context_length) info.context_length = *length;
    const Fact same{"context_length", std::to_string(*length), Tier::declared, positions->source,
                    positions->pointer};
    add_fact(info, same);
  }
}

void add_quantization(const Json& config, const std::string& source, ModelInfo& info) {
  const auto member = config.find("quantization_config");
  if (member == config.end() || !member->is_object()) return;
  set_if_empty(info.quantization, string_member(*member, "quant_method"));
  for (const char* key : {"bits", "group_size"}) {
    const auto value = member->find(key);
    if (value == member->end()) continue;
    add_fact(info, {"quantization_" + std::string(key), scalar_text(*value), Tier::declared, source,
                    "/quantization_config/" + std::string(key)});
  }
}

}  // namespace

InnerConfig text_config(const Json& config) {
  for (const char* key : {"text_config", "llm_config", "language_config"}) {
    const auto member = config.find(key);
    if (member != config.end() && member->is_object()) return {&*member, "/" + std::string(key)};
  }
  return {};
}

void add_remote_code(const Json& config, const std::string& path, ModelInfo& info) {
  const auto member = config.find("auto_map");
  if (member == config.end() || member->empty() || !member->is_structured()) return;
  std::string first;
  for (const auto& [key, value] : member->items()) {
    if (first.empty()) first = scalar_text(value.is_array() && !value.empty() ? value[0] : value);
  }
  add_finding(info, Severity::medium, "remote-code", path,
              "auto_map asks the loader to run code of the model: " + printable(first, 200),
              "read that code, and load the model without trust_remote_code if you can");
}

std::optional<Json> parse_json_file(const FileHead& file, ModelInfo& info) {
  auto value = json::parse(file.bytes);
  std::string problem;
  if (file.bytes.size() < file.size) {
    problem = "file is larger than " + human_size(limits::kTextFile);
  } else if (!value) {
    problem = value.error().text();
  } else if (!value->is_object()) {
    problem = "expected an object";
  } else {
    return std::move(*value);
  }
  add_finding(info, Severity::medium, "config-unreadable", file.path, std::move(problem),
              "correct the file: what it says is missing from the description");
  return std::nullopt;
}

void read_config_json(const FileHead& config, ModelInfo& info) {
  const auto parsed = parse_json_file(config, info);
  if (!parsed) return;
  const Json& root = *parsed;
  const auto architectures = string_or_list(root, "architectures");
  if (!architectures.empty()) set_if_empty(info.architecture, architectures.front());
  set_if_empty(info.family, string_member(root, "model_type"));
  if (root.find("transformers_version") != root.end()) set_if_empty(info.library, "transformers");
  add_hyperparameters(root, config.path, info);
  add_quantization(root, config.path, info);
  add_remote_code(root, config.path, info);
}

}  // namespace mpk::model
