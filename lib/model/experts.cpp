// check_experts: a mixture of experts counts its experts by the names or the shapes of tensors.
#include "base/text.hpp"
#include "model/collect.hpp"
#include "model/consistency.hpp"
#include "model/shapes.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace mpk::model {
namespace {

struct Layer {
  std::set<std::string_view> numbers;  // "….experts.7.…"
  std::set<std::uint64_t> stacked;     // first dimension of tensors that hold all experts
  std::uint64_t parameters = 0;
  std::uint64_t experts() const {
    if (numbers.empty()) return stacked.size() == 1 ? *stacked.begin() : 0;
    return stacked.empty() ? numbers.size() : 0;
  }
};

/// By the layer's name; all of its experts' tensors.
std::map<std::string_view, Layer> layers_of(const std::vector<const Tensor*>& tensors) {
  constexpr std::string_view kWord = ".experts.";
  std::map<std::string_view, Layer> out;
  for (const Tensor* tensor : tensors) {
    const std::string_view name = tensor->name;
    std::uint64_t elements = 1;
    for (const std::uint64_t size : tensor->shape) elements *= size;
    if (const auto at = name.find(kWord); at != name.npos) {
      const std::string_view rest = name.substr(at + kWord.size());
      const std::string_view number = rest.substr(0, rest.find('.'));
      Layer& layer = out[name.substr(0, at)];
      layer.parameters += elements;
      if (parse_u64(number)) {
        layer.numbers.insert(number);
      } else {
        layer.stacked.insert(tensor->shape.empty() ? 0 : tensor->shape[0]);
      }
    } else if (const auto end = name.find("_exps."); end != name.npos && tensor->shape.size() > 1) {
      Layer& layer =
          out[name.substr(0, name.find(".ffn_"))];  // llama.cpp: blk.0.ffn_up_exps.weight
      layer.parameters += elements;
      layer.stacked.insert(tensor->shape[0]);
    }
  }
  return out;
}

std::uint64_t number(const ModelInfo& info, std::string_view name) {
  const Fact* fact = find_fact(info, name);
  return fact ? parse_u64(fact->value).value_or(0) : 0;
}

}  // namespace

void check_experts(const Weights& weights, ModelInfo& info) {
  const bool packed = weights.format == Format::safetensors && !info.quantization.empty();
  if (!weights.complete || weights.counted.empty() || packed) return;
  const auto layers = layers_of(counted_tensors(weights));
  if (layers.empty()) return;
  const std::uint64_t experts = layers.begin()->second.experts();
  if (experts < 2) return;
  std::uint64_t parameters = 0;
  for (const auto& [name, layer] : layers) {
    // Layers with different numbers: one declared number says nothing of them.
    if (layer.experts() != experts) return;
    parameters += layer.parameters;
  }
  prove_number("num_experts", experts, weights.counted.front(), info);
  const std::uint64_t chosen = number(info, "num_experts_per_tok");
  if (chosen == 0 || chosen > experts || number(info, "num_experts") != experts) return;
  if (parameters > info.tensors.parameters || parameters % experts != 0) return;
  const std::uint64_t idle = parameters / experts * (experts - chosen);
  // How many experts a token meets is declared; how large they are is counted.
  add_fact(info, {"active_parameters", std::to_string(info.tensors.parameters - idle),
                  Tier::inferred, weights.counted.front()});
}

}  // namespace mpk::model
