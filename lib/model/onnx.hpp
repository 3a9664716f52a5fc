// ONNX models (onnx.proto3, ModelProto) through protozero.
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

struct OnnxHeader {
  std::int64_t ir_version = 0;
  std::string producer_name, producer_version, domain, doc_string;
  std::vector<std::string> opsets;                     // "ai.onnx 17"
  std::vector<std::string> inputs, outputs;            // names
  std::vector<std::string> external_files;             // locations of external data
  std::map<std::string, std::uint64_t> external_ends;  // how long each must be at least
  TensorFacts tensors;                                 // of the initializers
  std::vector<Tensor> list;                            // in their order
};

/// Needs the whole file. malformed: not a ModelProto; unsupported: head.whole is false.
Result<OnnxHeader> read_onnx(const FileHead& head);

}  // namespace mpk::model
