// Facts that can be verified: one line of data each.
#include "policy/verified_facts.hpp"

#include <algorithm>
#include <array>

namespace mpk::policy {
namespace {

constexpr std::string_view kModel = "/metadata/component/properties";
constexpr std::string_view kCard = "/metadata/component/modelCard/properties";

// What no file's bytes prove (a licence, a task) has no word: it could never pass.
constexpr auto kFacts = std::to_array<VerifiedFact>({
    {"chatTemplate", kModel, "mpk:chat-template:sha256"},
    {"digest", "/metadata/component/hashes", ""},
    {"format", kModel, "mpk:format"},
    {"hiddenSize", kCard, "cdx:ai-ml:model:hyperparameter:hidden_size"},
    {"intermediateSize", kCard, "cdx:ai-ml:model:hyperparameter:intermediate_size"},
    {"layers", kCard, "cdx:ai-ml:model:hyperparameter:num_hidden_layers"},
    {"parameters", kModel, "mpk:parameters"},
    {"precision", kCard, "cdx:ai-ml:model:parameter:_undefined:precision"},
    {"quantization", kCard, "cdx:ai-ml:model:hyperparameter:quantization"},
    {"tensors", kModel, "mpk:tensors"},
    {"tokenizer", kCard, "cdx:ai-ml:tokenizer:hyperparameter:tokenizer_class"},
    {"vocabularySize", kCard, "cdx:ai-ml:model:hyperparameter:vocab_size"},
});

}  // namespace

std::span<const VerifiedFact> verified_facts() { return kFacts; }

const VerifiedFact* find_verified_fact(std::string_view word) {
  const auto* const found = std::ranges::find(kFacts, word, &VerifiedFact::word);
  return found == kFacts.end() ? nullptr : found;
}

}  // namespace mpk::policy
