// tensor_diff: the weights of two models compared by what their headers list. Pure.
#pragma once

#include "model/head.hpp"
#include "model/info.hpp"
#include "model/tensor_list.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::model {

/// A weight file that is not, byte by byte, on the other side as well.
struct WeightFile {
  std::string path;
  std::string_view header;  // the bytes that `list` was read from
  TensorList list;
  /// Equal paths have different bytes, surely: their digests are of one algorithm and differ.
  bool digest_differs = true;
};

/// One without the other: added or removed.
struct TensorChange {
  std::optional<Tensor> before, after;
  const std::string& name() const { return before ? before->name : after->name; }
};

struct TextChange {
  std::string name;
  std::optional<std::string> before, after;
};

/// What two sides have in one place: a file, or the shards of one model.
struct WeightsDiff {
  /// "model.safetensors", for shards without their numbers; empty: only the other side has it.
  std::string before, after;
  Format format = Format::unknown;
  TensorFacts facts_before, facts_after;  // of the files that were given
  std::uint64_t same = 0;                 // tensors with equal name, dtype and shape
  std::vector<TensorChange> changes;      // by name; empty when a side is missing
  std::vector<TextChange> metadata;       // by name; the same
  bool other_files = false;               // the tensors are spread over other files
  /// Every file has the very header that it had, so that only the tensors' bytes can differ.
  bool other_values = false;
};

/// What differs, by name.
std::vector<TextChange> compare_texts(const std::map<std::string, std::string>& before,
                                      const std::map<std::string, std::string>& after);

/// Files that are shards of one model (model-00001-of-00002.safetensors) are compared together, so
/// that spreading a model over other files is no change of its tensors. Where a side has weights
/// under another name, they are compared if they are the only ones left of their format and share a
/// tensor's name. Deterministic, whatever the order of the files.
std::vector<WeightsDiff> compare_weights(const std::vector<WeightFile>& before,
                                         const std::vector<WeightFile>& after);

}  // namespace mpk::model
