// Comparisons between the JSON documents of a model, and between them and its tensors.
#pragma once

#include "model/documents.hpp"
#include "model/info.hpp"
#include "model/weights.hpp"

namespace mpk::model {

/// Adds the tokenizer's facts; its size and the ids of special tokens against the vocabulary, and
/// against each other in config.json, generation_config.json, the tokenizer and GGUF. Findings
/// vocabulary-contradicts, token-out-of-vocabulary, token-ids-contradict.
void check_vocabulary(const Documents& documents, const Weights& weights, ModelInfo& info);
/// A chat template that is there twice, with different texts. chat-template-contradicts.
void check_chat_templates(const Heads& heads, const Documents& documents, const Weights& weights,
                          ModelInfo& info);
/// Class, family, task and library against each other; labels and the head's shape; a head that
/// is neither tied nor there. architecture-contradicts, task-contradicts, library-contradicts,
/// labels-contradict, tied-embeddings-contradict.
void check_classes(const Heads& heads, const Documents& documents, const Weights& weights,
                   ModelInfo& info);
/// Rank, target modules and base model of an adapter; the parameters that were trained.
/// hyperparameter-contradicts, adapter-target-contradicts.
void check_adapter(const Documents& documents, const Weights& weights, ModelInfo& info);
/// base-model-contradicts, base-model-missing, relation-contradicts. After read_weights().
void check_base_models(const Heads& heads, const Documents& documents, const Weights& weights,
                       ModelInfo& info);
/// quantization_config against packed tensors. quantization-contradicts.
void check_packed_weights(const Documents& documents, const Weights& weights, ModelInfo& info);
/// What the headers of the shards say of each other. tensor-twice, metadata-contradicts,
/// split-contradicts.
void check_shard_headers(const Weights& weights, ModelInfo& info);
/// The number of experts, and the parameters that one token meets. hyperparameter-contradicts.
void check_experts(const Weights& weights, ModelInfo& info);
/// The parts of a pipeline and the pooling layer. component-missing, component-contradicts,
/// hyperparameter-contradicts.
void check_parts(const Heads& heads, const Documents& documents, ModelInfo& info);

}  // namespace mpk::model
