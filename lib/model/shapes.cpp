// shapes: embedding, layers, feed-forward and attention tensors against the declared numbers.
#include "model/shapes.hpp"

#include "base/text.hpp"
#include "model/collect.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <utility>

namespace mpk::model {
namespace {

constexpr std::string_view kCode = "hyperparameter-contradicts";
constexpr std::string_view kFix =
    "correct the number, or check that the weights are the ones that were meant";

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
constexpr auto kPositions = std::to_array<std::string_view>(
    {"embeddings.position_embeddings.weight", "wpe.weight", "embed_positions.weight"});
/// The projection of the output, and that of the keys beside it.
constexpr auto kAttention = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{".self_attn.o_proj.weight", ".self_attn.k_proj.weight"},
     {".attn_output.weight", ".attn_k.weight"}});

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
    positions();
    heads();
  }

 private:
  /// GPTQ, AWQ and bitsandbytes pack several weights into one element.
  bool packed() const { return info_.format == "safetensors" && !info_.quantization.empty(); }

  /// Several sizes: a model of several parts, of which one declared number says nothing.
  void one_size(std::string_view name, const std::set<std::uint64_t>& found) {
    if (found.size() == 1) compare(name, *found.begin());
  }

  void compare(std::string_view name, std::uint64_t found) {
    prove_number(name, found, source_, info_);
  }

  std::uint64_t declared(std::string_view name) const {
    const Fact* fact = find_fact(info_, name);
    return fact ? parse_u64(fact->value).value_or(0) : 0;
  }

  /// Rows of the table of learned positions; OPT and BART keep two more than they use.
  void positions() {
    const auto rows = sizes(tensors_, kPositions, 0);
    const std::uint64_t most = declared("max_position_embeddings");
    if (rows.size() != 1 || most == 0) return;
    const std::uint64_t found = *rows.begin();
    compare("max_position_embeddings", found == most + 2 ? most : found);
    const Fact* length = find_fact(info_, "model_max_length");
    if (!length || parse_u64(length->value).value_or(0) <= found) return;
    refute(*length, "position embeddings for " + std::to_string(found));
  }

  /// The output projection takes what all heads give; keys are as wide as the key-value heads.
  void heads() {
    const std::uint64_t count = declared("num_attention_heads");
    if (count == 0 || packed()) return;
    std::map<std::string_view, const Tensor*> by_name;
    for (const Tensor* tensor : tensors_) by_name.emplace(tensor->name, tensor);
    std::set<std::pair<std::uint64_t, std::uint64_t>> widths;  // all heads, all key-value heads
    for (const Tensor* tensor : tensors_) {
      for (const auto& [output, key] : kAttention) {
        if (!tensor->name.ends_with(output) || tensor->shape.size() != 2) continue;
        std::string name = tensor->name;
        name.replace(name.size() - output.size(), output.size(), key);
        const auto keys = by_name.find(name);
        // Without it: latent attention, or a fused projection, whose widths mean something else.
        if (keys == by_name.end() || keys->second->shape.size() != 2) return;
        widths.emplace(tensor->shape[1], keys->second->shape[0]);
      }
    }
    if (widths.size() == 1) compare_heads(count, widths.begin()->first, widths.begin()->second);
  }

  void compare_heads(std::uint64_t count, std::uint64_t all, std::uint64_t keys) {
    const Fact& heads = *find_fact(info_, "num_attention_heads");
    const std::uint64_t pairs = declared("num_key_value_heads");
    std::uint64_t width = declared("head_dim");
    if (width == 0) {
      // One equation for two numbers: what is wrong is the ratio.
      const std::uint64_t common = std::gcd(all, keys);
      const bool fits = all % count == 0 && (pairs == 0 || all / count * pairs == keys);
      if (!fits) {
        refute(heads, std::to_string(all / common) + " heads to " + std::to_string(keys / common) +
                          " key-value heads, or a multiple");
      }
      return;
    }
    if (all % width != 0 || keys % width != 0) {
      refute(*find_fact(info_, "head_dim"),
             "projections of " + std::to_string(all) + " and " + std::to_string(keys));
      return;
    }
    compare("num_attention_heads", all / width);
    if (pairs != 0) compare("num_key_value_heads", keys / width);
  }

  void refute(const Fact& fact, const std::string& found) {
    add_finding(info_, Severity::medium, std::string(kCode), fact.source,
                fact.name + " is " + printable(fact.value, 80) + ", the tensors say " + found,
                std::string(kFix), fact.pointer);
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

void prove_number(std::string_view name, std::uint64_t found, const std::string& source,
                  ModelInfo& info) {
  const std::string value = std::to_string(found);
  for (Fact& fact : info.hyperparameters) {
    if (fact.name != name) continue;
    if (fact.value == value) {
      fact.tier = Tier::verified;
    } else {
      add_finding(info, Severity::medium, std::string(kCode), fact.source,
                  fact.name + " is " + printable(fact.value, 80) + ", the tensors say " + value,
                  std::string(kFix), fact.pointer);
    }
    return;
  }
  add_fact(info, {std::string(name), value, Tier::verified, source});
}

void check_shapes(const Weights& weights, ModelInfo& info) {
  if (!weights.complete || weights.counted.empty()) return;
  Check(weights, info).run();
}

}  // namespace mpk::model
