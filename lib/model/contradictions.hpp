// Contradictions between what a model's files declare and what its weights are.
#pragma once

#include "model/weights.hpp"

namespace mpk::model {

/// Index files against shards, and shards against their own numbering: findings shard-missing,
/// index-contradicts; a missing shard makes the weights incomplete.
void check_shards(const Heads& heads, Weights& weights, ModelInfo& info);
/// general.file_type and the file's name against the tensor types; sets info.quantization.
/// quantization-contradicts.
void check_file_types(const Weights& weights, ModelInfo& info);
/// torch_dtype against the tensors. precision-contradicts.
void check_precision(const Weights& weights, ModelInfo& info);
/// Names and size labels against the count. parameters-contradict.
void check_size_claims(const Weights& weights, ModelInfo& info);
/// Declared licences against each other and against LICENSE texts, which are added as inferred.
/// license-contradicts.
void check_licenses(const Heads& heads, ModelInfo& info);
/// Declared ids that the SPDX License List has replaced.
void check_deprecated_licenses(ModelInfo& info);
/// external-data-missing, external-data-outside, external-data-short.
void check_external_data(const Heads& heads, const Weights& weights, ModelInfo& info);

/// "7B" in "Llama-2-7b-chat" → 7e9; the largest of several. nullopt: no size, or one of experts
/// ("8x7B"), which says nothing about the sum. `exact`: small units (K, M) count too, and plain
/// numbers ("295,392").
std::optional<double> declared_size(std::string_view text, bool exact);

}  // namespace mpk::model
