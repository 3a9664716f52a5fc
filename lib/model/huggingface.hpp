// Hugging Face files: model card front matter, config.json, tokenizer_config.json,
// adapter_config.json, generation_config.json, preprocessor_config.json, model_index.json.
#pragma once

#include "base/result.hpp"
#include "model/head.hpp"
#include "model/info.hpp"

namespace mpk::model {

/// Each adds to `info` what its file declares; trouble becomes a finding, never an error: a broken
/// card must not stop a model from being described.
void read_model_card(const FileHead& readme, ModelInfo& info);
void read_config_json(const FileHead& config, ModelInfo& info);
void read_tokenizer_config(const FileHead& config, ModelInfo& info);
void read_adapter_config(const FileHead& config, ModelInfo& info);
void read_generation_config(const FileHead& config, ModelInfo& info);
/// preprocessor_config.json and processor_config.json: what goes in.
void read_preprocessor_config(const FileHead& config, ModelInfo& info);
/// model_index.json of diffusers: the pipeline and its parts.
void read_model_index(const FileHead& index, ModelInfo& info);

}  // namespace mpk::model
