// What GGUF metadata says about the model (gguf.md, "Standardized key-value pairs").
#pragma once

#include "model/gguf.hpp"
#include "model/info.hpp"

#include <string>

namespace mpk::model {

/// Adds the general.*, architecture and tokenizer keys of one file.
void read_gguf_metadata(const GgufHeader& header, const std::string& path, ModelInfo& info);

/// The tensor type that the file is mostly made of: the most frequent quantised one if there is
/// any; empty without tensors.
std::string main_type(const TensorFacts& facts);

}  // namespace mpk::model
