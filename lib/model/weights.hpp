// Weights: the headers of all weight files, and which of them make up the model.
#pragma once

#include "model/gguf.hpp"
#include "model/head.hpp"
#include "model/info.hpp"
#include "model/onnx.hpp"
#include "model/pytorch.hpp"
#include "model/safetensors.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::model {

/// By path, so that everything that is derived from them has one order.
using Heads = std::map<std::string_view, const FileHead*>;

struct Weights {
  std::map<std::string, SafetensorsHeader> safetensors;
  std::map<std::string, GgufHeader> gguf;
  std::map<std::string, OnnxHeader> onnx;
  std::map<std::string, PytorchHeader> pytorch;  // those of a model, with tensors
  std::vector<std::string> pickles;              // pickle and PyTorch files
  std::map<Format, std::string> others;          // the first of each format that is_other_weights()
  std::vector<std::string> unread;               // PyTorch files whose tensors could not be told
  std::vector<std::string> counted;              // the files that info.tensors sums
  Format format = Format::unknown;               // of the counted files
  bool complete = true;                          // every file could be read, no shard is missing
};

/// Reads every weight file; sets by_file, tensors and format of `info`. A file that can't be read
/// becomes a finding.
Weights read_weights(const Heads& heads, ModelInfo& info);

/// "model-00002-of-00003.safetensors"
struct ShardName {
  std::string stem;  // "dir/model"
  std::uint64_t number = 0, total = 0;
  std::string ending;  // ".safetensors"
};
std::optional<ShardName> parse_shard_name(std::string_view path);

/// The tensors of the counted files, and where they stand.
std::vector<const Tensor*> counted_tensors(const Weights& weights);

}  // namespace mpk::model
