// shapes: embedding, layers, feed-forward and LoRA tensors against the declared numbers.
#include "model/shapes.hpp"

#include "base/text.hpp"
#include "model/collect.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

namespace mpk::model {
namespace {

constexpr std::string_view kCode = "hyperparameter-contradicts";

/// The sizes that tensors with one of these name endings have in `dimension`.
template <std::size_t N>
std::set<std::uint64_t> sizes(const std::vector<const Tensor*>& tensors,
                              const std::array<std::string_view, N>& endings,
                              std::size_t dimension) {
  std::set<std::uint64_t> out;
  for (const Tensor* tensor : tensors) {
    if (tensor->shape.size() != 2) continue;
    const bool matches = std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) {
      return tensor->name.ends_with(ending);
    });
    if (matches) out.insert(tensor->shape[dimension]);
  }
  return out;
}

constexpr auto kEmbeddings = std::to_array<std::string_view>(
    {"embed_tokens.weight", "wte.weight", "embed_in.weight", "word_embeddings.weight",
     "tok_embeddings.weight", "token_embd.weight"});
constexpr auto kFeedForward = std::to_array<std::string_view>(
    {".mlp.gate_proj.weight", ".mlp.up_proj.weight", ".mlp.fc1.weight", ".mlp.dense_h_to_4h.weight",
     ".ffn_gate.weight", ".ffn_up.weight"});
constexpr auto kLora =
    std::to_array<std::string_view>({".lora_A.weight", ".lora_A.default.weight"});

/// How many numbered layers stand behind each prefix ("model.layers." → 32).
std::map<std::string_view, std::set<std::string_view>> layers_of(
    const std::vector<const Tensor*>& tensors) {
  static constexpr auto kWords =
      std::to_array<std::string_view>({"layers", "layer", "h", "blk", "blocks", "block"});
  std::map<std::string_view, std::set<std::string_view>> out;
  for (const Tensor* tensor : tensors) {
    const std::string_view name = tensor->name;
    const auto parts = split(name, '.');
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const bool word = std::find(kWords.begin(), kWords.end(), parts[i]) != kWords.end();
      if (!word || parts[i + 1].size() > 6 || !parse_u64(parts[i + 1])) continue;
      const auto end = static_cast<std::size_t>(parts[i + 1].data() - name.data());
      out[name.substr(0, end)].insert(parts[i + 1]);
      break;
    }
  }
  return out;
}

class Check {
 public:
  Check(const Weights& weights, ModelInfo& info)
      : info_(info), tensors_(counted_tensors(weights)), source_(weights.counted.front()) {}

  void run() {
    const auto vocabulary = sizes(tensors_, kEmbeddings, 0);
    const auto width = sizes(tensors_, kEmbeddings, 1);
    const bool narrow = find_fact(info_, "embedding_size") != nullptr;
    one_size("vocab_size", vocabulary);
    one_size(narrow ? "embedding_size" : "hidden_size", width);
    if (!packed()) one_size("intermediate_size", sizes(tensors_, kFeedForward, 0));
    layers();
    if (find_fact(info_, "lora_r")) one_size("lora_r", sizes(tensors_, kLora, 0));
  }

 private:
  /// GPTQ, AWQ and bitsandbytes pack several weights into one element.
  bool packed() const { return info_.format == "safetensors" && !info_.quantization.empty(); }

  /// Several sizes: a model of several parts, of which one declared number says nothing.
  void one_size(std::string_view name, const std::set<std::uint64_t>& found) {
    if (found.size() == 1) compare(name, *found.begin());
  }

  void compare(std::string_view name, std::uint64_t found) {
    const std::string value = std::to_string(found);
    for (Fact& fact : info_.hyperparameters) {
      if (fact.name != name) continue;
      if (fact.value == value) {
        fact.tier = Tier::verified;
      } else {
        refute(fact, value);
      }
      return;
    }
    add_fact(info_, {std::string(name), value, Tier::verified, source_});
  }

  void refute(const Fact& fact, const std::string& found) {
    add_finding(info_, Severity::medium, std::string(kCode), fact.source,
                fact.name + " is " + printable(fact.value, 80) + ", the tensors say " + found,
                "correct the number, or check that the weights are the ones that were meant");
  }

  void layers() {
    const auto found = layers_of(tensors_);
    const Fact* declared = find_fact(info_, "num_hidden_layers");
    if (!declared) {
      if (found.size() == 1) compare("num_hidden_layers", found.begin()->second.size());
      return;
    }
    std::uint64_t extra = 0;
    if (const Fact* more = find_fact(info_, "num_nextn_predict_layers")) {
      extra = parse_u64(more->value).value_or(0);
    }
    const std::uint64_t expected = parse_u64(declared->value).value_or(0);
    for (const auto& [prefix, numbers] : found) {
      const std::uint64_t count = numbers.size();
      if (count == expected || (extra <= count && count - extra == expected)) {
        return compare("num_hidden_layers", expected);
      }
    }
    // Layers of another part (a vision tower) would refute nothing.
    if (found.size() == 1) compare("num_hidden_layers", found.begin()->second.size());
  }

  ModelInfo& info_;
  std::vector<const Tensor*> tensors_;
  std::string source_;
};

}  // namespace

void check_shapes(const Weights& weights, ModelInfo& info) {
  if (!weights.complete || weights.counted.empty()) return;
  Check(weights, info).run();
}

}  // namespace mpk::model
