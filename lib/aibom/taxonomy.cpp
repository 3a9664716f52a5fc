// modelCard.properties: the cdx:ai-ml names of CycloneDX's property taxonomy. Its own examples put
// them into modelParameters, where the schema refuses them.
#include "aibom/draft.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/wording.hpp"
#include "base/text.hpp"
#include "modelpack/config.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

namespace mpk::aibom {
namespace {

using model::Tier;

const std::string kModel = "cdx:ai-ml:model:";
const std::string kParameter = kModel + "parameter:";
const std::string kHyperparameter = kModel + "hyperparameter:";
const std::string kTokenizer = "cdx:ai-ml:tokenizer:hyperparameter:";
const std::string kUndefined = "_undefined:";  // the taxonomy's way to say what it has no name for
constexpr std::size_t kKeyLength = 128;

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string hyperparameter_name(const std::string& name) {
  static constexpr auto kKnown = std::to_array<std::string_view>(
      {"activation_dropout", "context_length", "d_model", "hidden_act", "hidden_size",
       "intermediate_size", "layer_norm_epsilon", "layer_norm_type", "max_position_embeddings",
       "num_attention_heads", "num_hidden_layers", "num_key_value_heads", "num_layers",
       "quantization", "vocab_size"});
  static constexpr auto kOfTokenizer = std::to_array<std::string_view>(
      {"bos_token", "eos_token", "pad_token", "padding_side", "tokenizer_class", "unk_token"});
  if (name == "tune_method") return kParameter + name;
  if (is_one_of(name, kOfTokenizer)) return kTokenizer + name;
  return kHyperparameter +
         (is_one_of(name, kKnown) ? name : kUndefined + one_line(name, kKeyLength));
}

bool has_hyperparameter(const model::ModelInfo& info, std::string_view name) {
  return std::any_of(info.hyperparameters.begin(), info.hyperparameters.end(),
                     [&](const model::Fact& fact) { return fact.name == name; });
}

// ISO 639-1: two lower-case letters.
bool is_language_code(std::string_view text) {
  return text.size() == 2 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

void add_languages(Draft& draft, Properties& out) {
  std::set<std::string> codes, others;
  for (const auto& language : draft.info.languages)
    (is_language_code(language) ? codes : others).insert(one_line(language));
  auto card = draft.sole_source([](auto path) { return is_card(path) || is_gguf(path); });
  std::vector<std::string> list(codes.begin(), codes.end());
  out.add(kModel + "language", join(list, ","), Tier::declared, card);
  auto kept = draft.keep("languages", others.size());
  for (const auto& other : others) {
    if (kept-- == 0) break;
    out.add(own(kLanguage), other, Tier::declared, card);
  }
}

void add_modality(const model::ModelInfo& info, Properties& out) {
  constexpr std::array<std::string_view, 9> kKnown = {
      "text", "code", "instruct", "image", "video", "audio", "sensor", "biometric", "genomic"};
  std::set<std::string> words;
  for (const auto* types : {&info.input_types, &info.output_types}) {
    for (const auto& type : *types) {
      if (words.size() >= kListLength) break;
      auto word = one_line(type, kKeyLength);
      if (!word.empty()) words.insert(is_one_of(word, kKnown) ? word : kUndefined + word);
    }
  }
  std::vector<std::string> list(words.begin(), words.end());
  out.add(kModel + "modality", join(list, ","), Tier::inferred);
}

void add_count(const Draft& draft, Properties& out) {
  const auto& info = draft.info;
  if (info.tensors.parameters > 0) {
    out.add(kParameter + "count", modelpack::param_size(info.tensors.parameters),
            draft.counted_tier());
    return;
  }
  // Nothing could be counted: what is claimed. A name ("Llama-3.1-8B") is no count.
  const model::Fact* claim = nullptr;
  for (const auto& each : info.size_claims) {
    if (each.name != "parameters") continue;
    if (claim == nullptr ||
        std::tie(each.source, each.value) < std::tie(claim->source, claim->value))
      claim = &each;
  }
  if (claim != nullptr)
    out.add(kParameter + "count", one_line(claim->value), claim->tier, claim->source);
}

void add_hyperparameters(Draft& draft, Properties& out) {
  const auto& info = draft.info;
  auto facts = info.hyperparameters;
  std::sort(facts.begin(), facts.end(), [](const model::Fact& a, const model::Fact& b) {
    return std::tie(a.name, a.value, a.source) < std::tie(b.name, b.value, b.source);
  });
  auto kept = draft.keep("hyperparameters", facts.size());
  for (std::size_t i = 0; i < kept; ++i) {
    out.add(hyperparameter_name(facts[i].name), one_line(facts[i].value), facts[i].tier,
            facts[i].source);
  }
  if (info.context_length && !has_hyperparameter(info, "context_length")) {
    out.add(kHyperparameter + "context_length", std::to_string(*info.context_length),
            Tier::declared,
            draft.sole_source([](auto path) { return is_config(path) || is_gguf(path); }));
  }
  if (!has_hyperparameter(info, "quantization")) {
    // Read from tensor types in GGUF; another format's config.json only says so.
    out.add(kHyperparameter + "quantization", one_line(info.quantization),
            info.format == "gguf" ? draft.counted_tier() : Tier::inferred,
            draft.sole_source(info.format == "gguf" ? is_gguf : is_config));
  }
}

}  // namespace

Json taxonomy_properties(Draft& draft) {
  const auto& info = draft.info;
  Properties out(std::string(kModelPointer) + "/modelCard/properties", draft.tiers);
  add_languages(draft, out);
  add_modality(info, out);
  add_count(draft, out);
  out.add(kParameter + kUndefined + "precision", one_line(info.precision), draft.counted_tier());
  bool adapter = std::any_of(info.base_models.begin(), info.base_models.end(),
                             [](const auto& base) { return base.relation == "adapter"; });
  if (adapter && !has_hyperparameter(info, "tune_method"))
    out.add(kParameter + "tune_method", "adapter", Tier::inferred);
  add_hyperparameters(draft, out);
  if (!info.tokenizer_class.empty()) {
    auto source = draft.sole_source(is_tokenizer_config);
    out.add(kModel + "tokenizer", "true", Tier::inferred, source);
    if (!has_hyperparameter(info, "tokenizer_class")) {
      out.add(kTokenizer + "tokenizer_class", one_line(info.tokenizer_class), Tier::verified,
              source);
    }
  }
  return out.to_json();
}

}  // namespace mpk::aibom
