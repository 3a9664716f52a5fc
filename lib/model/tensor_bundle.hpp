// TensorFlow's tensor bundle: the index of the variables of a SavedModel.
#pragma once

#include "base/result.hpp"
#include "model/head.hpp"
#include "model/tensor.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::model {

struct TensorBundle {
  TensorFacts tensors;
  std::vector<Tensor> list;          // variables of the model, by name
  bool training_state = false;       // an optimizer's variables were left out
  std::vector<std::uint64_t> sizes;  // of the data files, as far as the tensors reach
};

/// tensorflow/core/util/tensor_bundle and lib/io/table (LevelDB's format). Left out: strings, the
/// state of optimizers and metrics, the copy that Keras exports of each variable. Checksums are not
/// looked at. malformed: the table, an entry, or a size that is not that of its shape; unsupported:
/// head.whole is false, compressed blocks, variables in slices, or named as an optimizer's (only
/// the object graph tells whose they are).
Result<TensorBundle> read_tensor_bundle(const FileHead& head);

/// variables.index
bool is_tensor_bundle(std::string_view path);

}  // namespace mpk::model
