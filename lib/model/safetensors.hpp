// safetensors headers (huggingface/safetensors, README "Format").
#pragma once

#include "base/result.hpp"
#include "model/head.hpp"
#include "model/info.hpp"
#include "model/tensor.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mpk::model {

struct SafetensorsHeader {
  TensorFacts tensors;
  std::vector<Tensor> list;                     // by position in the file
  std::uint64_t data_bytes = 0;                 // all tensors together
  std::map<std::string, std::string> metadata;  // __metadata__
};

/// malformed: header longer than the file, duplicate keys, a dtype or shape that does not fit its
/// data_offsets, overlapping or missing bytes; too_large: limits::kSafetensorsHeader.
Result<SafetensorsHeader> read_safetensors(const FileHead& head);

}  // namespace mpk::model
