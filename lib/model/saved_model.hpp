// TensorFlow SavedModel: what saved_model.pb says of itself, through protozero.
#pragma once

#include "base/result.hpp"
#include "model/head.hpp"

#include <string>
#include <vector>

namespace mpk::model {

struct SavedModelHeader {
  std::vector<std::string> tags;        // "serve"
  std::string tensorflow_version;       // "2.20.0"
  std::vector<std::string> signatures;  // names, sorted
  // Of "serving_default", or of the only one: "name float32[null,8]", sorted.
  std::vector<std::string> inputs, outputs;
};

/// tensorflow/core/protobuf/{saved_model,meta_graph}.proto; the first MetaGraphDef speaks. Needs
/// the whole file. malformed: not a SavedModel; unsupported: head.whole is false.
Result<SavedModelHeader> read_saved_model(const FileHead& head);

}  // namespace mpk::model
