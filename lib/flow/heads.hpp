// heads: of an artifact's layers what the fact readers need, without fetching the weights.
#pragma once

#include "flow/context.hpp"
#include "model/head.hpp"
#include "model/info.hpp"
#include "model/tensor_list.hpp"
#include "modelpack/artifact.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::flow {

/// Whether a file of this name and kind may be one whose tensors can be listed.
bool is_weights(std::string_view path, model::Kind kind);
/// Whether a file of this name tells facts about the model: its card, licence or config.
bool is_document(std::string_view path);

struct LayerHeads {
  std::vector<model::FileHead> heads;       // of the files that were wanted
  std::vector<modelpack::LayerFile> files;  // of an archive that was read whole
  bool whole = true;    // the list of files is complete; of a raw layer it is not needed
  std::string problem;  // why something is missing; empty: nothing is
};

using WantedFile = std::function<bool(std::string_view path, model::Kind kind)>;

/// For each of `layers`, several at a time: a raw one is taken to be wanted, of an archive the
/// files that `wanted` takes. What can't be read is a problem of that layer; network, registry and
/// bytes that do not match their digest are errors. too_large: limits::kHeads together.
Result<std::vector<LayerHeads>> read_heads(const Context& context, oci::Store& store,
                                           const std::vector<modelpack::LayerFile>& layers,
                                           const WantedFile& wanted);

/// A weight file and what its header lists.
struct FileTensors {
  std::string path;
  model::TensorList list;
};

/// What headers and documents say of an artifact, without its weights.
struct Headers {
  std::vector<FileTensors> files;  // by path
  model::ModelInfo info;
  std::vector<std::string> problems;  // what is missing, and why
};

/// `documents`: cards, licences and configs are read as well, for `info`. too_large also:
/// kMostTensors.
Result<Headers> read_headers(const Context& context, oci::Store& store,
                             const std::vector<modelpack::LayerFile>& layers, bool documents);

/// The largest model known has some 100,000 tensors.
inline constexpr std::size_t kMostTensors = 1'000'000;
/// Counts the tensors of another file. too_large.
Result<void> count_tensors(std::size_t& total, const model::TensorList& list);

}  // namespace mpk::flow
