// GGUF metadata → ModelInfo: the author's words are declared, in signed bytes or not.
#include "model/gguf_info.hpp"

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "model/collect.hpp"
#include "model/gguf_types.hpp"
#include "model/license.hpp"

#include <array>
#include <utility>

namespace mpk::model {
namespace {

std::string text(const GgufHeader& header, const std::string& key) {
  const auto found = header.strings.find(key);
  return found == header.strings.end() ? std::string() : cut(found->second, kShortText);
}

std::optional<std::uint64_t> number(const GgufHeader& header, const std::string& key) {
  const auto found = header.integers.find(key);
  if (found == header.integers.end()) return std::nullopt;
  return found->second;
}

void add_list(const GgufHeader& header, const std::string& key, std::vector<std::string>& list) {
  const auto found = header.string_lists.find(key);
  if (found == header.string_lists.end()) return;
  for (const std::string& item : found->second) add_unique(list, cut(item, kShortText));
}

/// "https://huggingface.co/acme/llm" → "acme/llm"; the metadata's name when it points elsewhere.
std::string base_model_name(const GgufHeader& header, const std::string& prefix) {
  const std::string url = text(header, prefix + "repo_url");
  constexpr std::string_view kHub = "https://huggingface.co/";
  if (url.starts_with(kHub) && url.size() > kHub.size()) {
    std::string_view name = std::string_view(url).substr(kHub.size());
    while (name.ends_with('/')) name.remove_suffix(1);
    return std::string(name);
  }
  const std::string name = text(header, prefix + "name");
  const std::string organization = text(header, prefix + "organization");
  return organization.empty() || name.empty() ? name : organization + "/" + name;
}

void add_general(const GgufHeader& header, const std::string& path, ModelInfo& info) {
  set_if_empty(info.name, text(header, "general.name"));
  set_if_empty(info.description, text(header, "general.description"));
  set_if_empty(info.family, text(header, "general.architecture"));
  add_list(header, "general.tags", info.tags);
  add_list(header, "general.languages", info.languages);
  std::vector<std::string> datasets;
  add_list(header, "general.datasets", datasets);
  for (const std::string& dataset : datasets) add_dataset(info, dataset, path);
  add_license(info, license_from_huggingface(text(header, "general.license"),
                                             text(header, "general.license.name"),
                                             text(header, "general.license.link"), path));
  const std::uint64_t bases = number(header, "general.base_model.count").value_or(0);
  const bool quantised = is_quantised(main_type(header.tensors)) && header.tensors.tensors != 0;
  for (std::uint64_t i = 0; i < bases && i < 64; ++i) {
    const std::string prefix = "general.base_model." + std::to_string(i) + ".";
    add_base_model(info, {base_model_name(header, prefix), quantised ? "quantized" : "",
                          text(header, prefix + "version"), path});
  }
  for (const char* key : {"general.name", "general.basename"}) {
    if (const std::string name = text(header, key); !name.empty()) {
      info.size_claims.push_back({"name", name, Tier::declared, path});
    }
  }
  if (const std::string size = text(header, "general.size_label"); !size.empty()) {
    info.size_claims.push_back({"parameters", size, Tier::declared, path});
  }
}

void add_architecture(const GgufHeader& header, const std::string& path, ModelInfo& info) {
  static constexpr auto kKeys = std::to_array<std::pair<const char*, const char*>>({
      {"context_length", "context_length"},
      {"embedding_length", "hidden_size"},
      {"block_count", "num_hidden_layers"},
      {"feed_forward_length", "intermediate_size"},
      {"attention.head_count", "num_attention_heads"},
      {"attention.head_count_kv", "num_key_value_heads"},
      {"vocab_size", "vocab_size"},
      {"expert_count", "num_experts"},
      {"expert_used_count", "num_experts_per_tok"},
      {"rope.dimension_count", "rope_dimension_count"},
  });
  const std::string architecture = text(header, "general.architecture");
  if (architecture.empty()) return;
  for (const auto& [key, fact] : kKeys) {
    const auto value = number(header, architecture + "." + key);
    if (!value) continue;
    add_fact(info, {fact, std::to_string(*value), Tier::declared, path});
    if (fact == std::string_view("context_length") && !info.context_length) {
      info.context_length = value;
    }
  }
}

}  // namespace

std::string main_type(const TensorFacts& facts) {
  std::string best;
  std::uint64_t most = 0;
  bool quantised = false;
  for (const auto& [dtype, count] : facts.dtypes) {
    const bool is = is_quantised(dtype);
    if (quantised && !is) continue;
    if ((is && !quantised) || best.empty() || count.parameters > most) {
      best = dtype;
      most = count.parameters;
      quantised = quantised || is;
    }
  }
  return best;
}

void read_gguf_metadata(const GgufHeader& header, const std::string& path, ModelInfo& info) {
  add_general(header, path, info);
  add_architecture(header, path, info);
  if (const auto version = number(header, "general.quantization_version")) {
    add_fact(info, {"quantization_version", std::to_string(*version), Tier::declared, path});
  }
  set_if_empty(info.tokenizer_class, text(header, "tokenizer.ggml.model"));
  // The whole template, as llama.cpp runs it.
  if (const auto found = header.strings.find("tokenizer.chat_template");
      found != header.strings.end()) {
    set_if_empty(info.chat_template_sha256, crypto::sha256(found->second).hex());
  }
}

}  // namespace mpk::model
