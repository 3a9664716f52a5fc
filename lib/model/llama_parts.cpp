// llama_parts: columns and rows are split as fairscale's ColumnParallelLinear and RowParallelLinear
// split them; the width of the norms, which are whole, tells that they are.
#include "model/llama_parts.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>

namespace mpk::model {
namespace {

/// "layers.7.attention.wq.weight" → "attention.wq"; others without ".weight".
std::string_view role_of(std::string_view name) {
  constexpr std::string_view kLayers = "layers.", kEnding = ".weight";
  if (name.ends_with(kEnding)) name.remove_suffix(kEnding.size());
  if (!name.starts_with(kLayers)) return name;
  const auto dot = name.find('.', kLayers.size());
  if (dot == name.npos || !parse_u64(name.substr(kLayers.size(), dot - kLayers.size()))) return {};
  return name.substr(dot + 1);
}

std::uint64_t number(const Json* params, const char* key) {
  if (params == nullptr || !params->is_object()) return 0;
  const auto found = params->find(key);
  return found != params->end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

class Sum {
 public:
  Sum(const std::vector<Tensor>& list, std::uint64_t parts, const Json* params)
      : list_(list), parts_(parts) {
    for (const Tensor& tensor : list) {
      if (tensor.name == "norm.weight" && tensor.shape.size() == 1) width_ = tensor.shape[0];
      if (role_of(tensor.name) == "attention.wq" && tensor.shape.size() == 2)
        query_rows_ = tensor.shape[0];
      if (role_of(tensor.name) == "feed_forward.w1" && tensor.shape.size() == 2)
        inner_rows_ = tensor.shape[0];
    }
    const auto heads = number(params, "n_heads"), groups = number(params, "n_kv_heads");
    std::uint64_t rows = 0;
    const bool fits =
        heads > 0 && width_ % heads == 0 && !__builtin_mul_overflow(width_ / heads, groups, &rows);
    if (fits) group_rows_ = rows;
  }

  std::optional<TensorFacts> run() const {
    TensorFacts out;
    for (const Tensor& tensor : list_) {
      const auto slices = slices_of(tensor);
      const auto elements = element_count(tensor.shape);
      std::uint64_t all = 0;
      if (!slices || !elements || __builtin_mul_overflow(*elements, *slices, &all)) return {};
      if (!count_tensor(out, tensor.dtype, all)) return {};
    }
    return out;
  }

 private:
  bool whole(std::uint64_t size, std::uint64_t slices) const {
    std::uint64_t all = 0;
    return !__builtin_mul_overflow(size, slices, &all) && all == width_ && width_ > 0;
  }

  /// How many different slices of the tensor the parts hold.
  std::optional<std::uint64_t> slices_of(const Tensor& tensor) const {
    const auto& shape = tensor.shape;
    const std::string_view role = role_of(tensor.name);
    if (role == "rope.freqs" && shape.size() == 1) return 1;
    if (role == "norm" || role == "attention_norm" || role == "ffn_norm") {
      if (shape.size() == 1 && shape[0] == width_) return 1;
      return {};
    }
    if (shape.size() != 2) return {};
    if (role == "attention.wk" || role == "attention.wv") return of_groups(shape);
    const auto split = [&](bool fits) { return fits ? std::optional(parts_) : std::nullopt; };
    if (role == "attention.wq") return split(shape[1] == width_ && whole(shape[0], parts_));
    if (role == "attention.wo") return split(shape[0] == width_ && whole(shape[1], parts_));
    if (role == "feed_forward.w1" || role == "feed_forward.w3") {
      return split(shape[1] == width_ && shape[0] == inner_rows_);
    }
    if (role == "feed_forward.w2") return split(shape[0] == width_ && shape[1] == inner_rows_);
    if (role == "output") return split(shape[1] == width_);
    // By its width up to Llama 2, by its tokens since Llama 3.
    return split(role == "tok_embeddings" && (shape[1] == width_ || whole(shape[1], parts_)));
  }

  std::optional<std::uint64_t> of_groups(const std::vector<std::uint64_t>& shape) const {
    if (shape[1] != width_ || shape[0] == 0) return {};
    if (shape[0] == query_rows_) return parts_;  // as many as queries
    if (group_rows_ == 0 || group_rows_ % shape[0] != 0) return {};
    const auto slices = group_rows_ / shape[0];
    return slices <= parts_ ? std::optional(slices) : std::nullopt;
  }

  const std::vector<Tensor>& list_;
  std::uint64_t parts_, width_ = 0, query_rows_ = 0, inner_rows_ = 0, group_rows_ = 0;
};

/// By name: one file need not have another's order.
std::map<std::string_view, const Tensor*> by_name(const std::vector<Tensor>& list) {
  std::map<std::string_view, const Tensor*> out;
  for (const Tensor& tensor : list) out.emplace(tensor.name, &tensor);
  return out;
}

}  // namespace

std::optional<TensorFacts> sum_llama_parts(std::span<const std::vector<Tensor>* const> parts,
                                           const Json* params) {
  if (parts.size() < 2) return {};
  const auto first = by_name(*parts.front());
  for (const auto* part : parts.subspan(1)) {
    const auto other = by_name(*part);
    const bool alike = std::ranges::equal(first, other, [](const auto& a, const auto& b) {
      return a.first == b.first && a.second->dtype == b.second->dtype &&
             a.second->shape == b.second->shape;
    });
    if (!alike) return {};
  }
  return Sum(*parts.front(), parts.size(), params).run();
}

}  // namespace mpk::model
