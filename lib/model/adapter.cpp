// check_adapter: LoRA's matrices against adapter_config.json.
#include "base/text.hpp"
#include "model/collect.hpp"
#include "model/consistency.hpp"
#include "model/shapes.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::model {
namespace {

struct Pair {
  const Tensor* a = nullptr;  // [rank, inputs]
  const Tensor* b = nullptr;  // [outputs, rank]
};

/// By the module's name ("base_model.model.layers.0.self_attn.q_proj").
std::map<std::string_view, Pair> modules_of(const std::vector<const Tensor*>& tensors) {
  std::map<std::string_view, Pair> out;
  for (const Tensor* tensor : tensors) {
    const std::string_view name = tensor->name;
    const auto at = name.rfind(".lora_");
    if (at == name.npos) continue;
    Pair& pair = out[name.substr(0, at)];
    // Those of embeddings and convolutions have other shapes.
    if (tensor->shape.size() != 2) continue;
    if (name.substr(at).starts_with(".lora_A.")) pair.a = tensor;
    if (name.substr(at).starts_with(".lora_B.")) pair.b = tensor;
  }
  return out;
}

class Check {
 public:
  Check(const Document* config, const Weights& weights, ModelInfo& info)
      : config_(config), weights_(weights), info_(info) {}

  void run() {
    const auto tensors = counted_tensors(weights_);
    modules_ = modules_of(tensors);
    if (modules_.empty()) return;
    ranks();
    if (!config_) return;
    targets();
    // All that an adapter's file holds was trained: embeddings are stored untrained, too.
    const bool only_lora = std::all_of(tensors.begin(), tensors.end(), [](const Tensor* tensor) {
      return tensor->name.find("lora_") != tensor->name.npos;
    });
    if (only_lora) {
      add_fact(info_, {"trainable_parameters", std::to_string(info_.tensors.parameters),
                       Tier::inferred, weights_.counted.front()});
    }
  }

 private:
  void ranks() {
    std::set<std::uint64_t> found;
    bool told = false;
    for (const auto& [module, pair] : modules_) {
      if (pair.a) found.insert(pair.a->shape[0]);
      if (told || !pair.a || !pair.b || pair.a->shape[0] == pair.b->shape[1]) continue;
      told = true;  // the first of them: all modules come from one run
      add_finding(info_, Severity::high, "hyperparameter-contradicts", weights_.counted.front(),
                  "lora_A of " + printable(module, 200) + " has rank " +
                      std::to_string(pair.a->shape[0]) + ", lora_B " +
                      std::to_string(pair.b->shape[1]),
                  "get the file from its source again");
    }
    // rank_pattern gives single modules ranks of their own.
    if (found.size() == 1 && find_fact(info_, "lora_r")) {
      if (!has_patterns()) prove_number("lora_r", *found.begin(), weights_.counted.front(), info_);
    } else if (found.size() > 1 && !has_patterns() && find_fact(info_, "lora_r")) {
      std::vector<std::string> all;
      for (const std::uint64_t rank : found) {
        if (all.size() < 8) all.push_back(std::to_string(rank));
      }
      const Fact& declared = *find_fact(info_, "lora_r");
      add_finding(
          info_, Severity::medium, "hyperparameter-contradicts", declared.source,
          "lora_r is " + printable(declared.value, 80) + ", the tensors say " + join(all, ", "),
          "name the other ranks in rank_pattern", declared.pointer);
    }
  }

  bool has_patterns() const {
    if (!config_) return false;
    const auto member = config_->json.find("rank_pattern");
    return member != config_->json.end() && member->is_object() && !member->empty();
  }

  static bool is_target(std::string_view module, std::string_view target) {
    return module == target ||
           (module.ends_with(target) && module[module.size() - target.size() - 1] == '.');
  }

  /// A list only: a text is a regular expression, or "all-linear".
  void targets() {
    const auto member = config_->json.find("target_modules");
    if (member == config_->json.end() || !member->is_array() || member->empty()) return;
    const auto list = string_or_list(config_->json, "target_modules");
    if (list.size() != member->size()) return;
    const auto finding = [&](Severity severity, std::string message) {
      add_finding(info_, severity, "adapter-target-contradicts", config_->path, std::move(message),
                  "make target_modules name what was trained", "/target_modules");
    };
    for (const std::string& target : list) {
      const bool trained = std::any_of(modules_.begin(), modules_.end(), [&](const auto& entry) {
        return is_target(entry.first, target);
      });
      if (!trained) {
        finding(Severity::low,
                "target_modules names " + printable(target, 80) + ", no tensor belongs to it");
      }
    }
    for (const auto& [module, pair] : modules_) {
      const bool named = std::any_of(list.begin(), list.end(), [&](const std::string& target) {
        return is_target(module, target);
      });
      if (named) continue;
      // PEFT leaves such tensors out without a word.
      return finding(Severity::medium, "tensors of " + printable(module, 200) +
                                           " are there, target_modules does not name it");
    }
  }

  const Document* config_;
  const Weights& weights_;
  ModelInfo& info_;
  std::map<std::string_view, Pair> modules_;
};

}  // namespace

void check_adapter(const Documents& documents, const Weights& weights, ModelInfo& info) {
  if (!weights.complete || weights.format != Format::safetensors) return;
  Check(documents.adapter ? &*documents.adapter : nullptr, weights, info).run();
}

}  // namespace mpk::model
