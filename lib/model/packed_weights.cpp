// check_packed_weights: GPTQ and AWQ leave tensors that only they have, and whose shapes tell bits.
#include "model/collect.hpp"
#include "model/consistency.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace mpk::model {
namespace {

constexpr std::uint64_t kWord = 32;  // bits of an element of qweight

/// 32-bit words that hold `values` of as many bits each; 0: none fits.
std::uint64_t bits_of(std::uint64_t words, std::uint64_t values) {
  if (values == 0 || words > (UINT64_MAX / kWord) || words * kWord % values != 0) return 0;
  const std::uint64_t bits = words * kWord / values;
  return bits <= 8 ? bits : 0;
}

/// Of all packed matrices: GPTQ packs along the inputs, of which g_idx has one entry each; AWQ
/// along the outputs, of which the scales have one column each.
std::set<std::uint64_t> packed_bits(const std::vector<const Tensor*>& tensors, bool gptq) {
  std::map<std::string_view, const Tensor*> by_name;
  for (const Tensor* tensor : tensors) by_name.emplace(tensor->name, tensor);
  std::set<std::uint64_t> out;
  for (const auto& [name, tensor] : by_name) {
    if (!name.ends_with(".qweight") || tensor->shape.size() != 2 || tensor->dtype != "I32")
      continue;
    const std::string module(name.substr(0, name.rfind('.')));
    const auto other = by_name.find(module + (gptq ? ".g_idx" : ".scales"));
    if (other == by_name.end() || other->second->shape.empty()) continue;
    const std::uint64_t words = tensor->shape[gptq ? 0 : 1];
    if (const auto bits = bits_of(words, other->second->shape.back()); bits != 0) out.insert(bits);
  }
  return out;
}

}  // namespace

void check_packed_weights(const Documents& documents, const Weights& weights, ModelInfo& info) {
  if (!documents.config || !weights.complete || weights.format != Format::safetensors) return;
  const auto config = documents.config->json.find("quantization_config");
  if (config == documents.config->json.end() || !config->is_object()) return;
  const std::string method = string_member(*config, "quant_method");
  const bool gptq = method == "gptq";
  if (!gptq && method != "awq") return;
  const auto finding = [&](std::string message, const char* pointer) {
    add_finding(info, Severity::medium, "quantization-contradicts", documents.config->path,
                std::move(message), "correct quantization_config, or quantise the weights",
                pointer);
  };
  const auto tensors = counted_tensors(weights);
  const bool packed = std::any_of(tensors.begin(), tensors.end(), [](const Tensor* tensor) {
    return tensor->name.ends_with(".qweight");
  });
  if (!packed) {
    finding("quant_method is " + method + ", no tensor is packed (there is no qweight)",
            "/quantization_config/quant_method");
    return;
  }
  const auto bits = config_number(*config, "bits");
  const auto found = packed_bits(tensors, gptq);
  if (!bits || found.size() != 1 || *found.begin() == *bits) return;
  finding("bits is " + std::to_string(*bits) + ", qweight has " + std::to_string(*found.begin()),
          "/quantization_config/bits");
}

}  // namespace mpk::model
