// Keras models: the .keras archive, and HDF5 files that hold one.
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"
#include "model/head.hpp"
#include "model/tensor.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::model {

struct KerasHeader {
  std::string version;               // "3.12.0"; empty when it is not told
  std::string class_name;            // "Functional", "Sequential", a class of one's own
  std::uint64_t layers = 0;          // of the model itself, as Keras counts them
  std::vector<std::string> inputs;   // "float32[null,224,224,3]"
  std::vector<std::string> lambdas;  // names of layers that are code
};

struct KerasWeights {
  TensorFacts tensors;
  std::vector<Tensor> list;
  bool training_state = false;
};

/// The archive of Keras 3 (keras/src/saving/saving_lib.py): metadata.json and config.json, which
/// stand before the weights. malformed: a broken zip or config; unsupported: compressed, or not
/// within what the tap keeps.
Result<KerasHeader> read_keras(const FileHead& head);

/// The architecture in an HDF5 file's attribute "model_config" (keras/src/legacy/saving), found by
/// its text: no HDF5 structure is read. Empty class_name: there is none within the head.
KerasHeader read_keras_hdf5(const FileHead& head);

/// What the weights of a whole .keras archive or of Keras' HDF5 file hold, without the state of an
/// optimizer and of random numbers. nullopt: not kept whole (kKerasWhole), no file of Keras, or a
/// form of HDF5 that is not read. malformed: as of read_hdf5().
Result<std::optional<KerasWeights>> read_keras_weights(const FileHead& head);

/// "metadata.json" of a .keras archive is the first member.
bool is_keras_archive(const FileHead& head);

inline constexpr std::size_t kKerasConfig = 16U << 20;  // the largest zoo model has 2 MiB
inline constexpr std::size_t kKerasWhole = 4U << 20;    // up to here their weights are listed
inline constexpr std::size_t kHdf5Head = 256U << 10;    // attributes stand before the weights

/// How many bytes from an archive's start the documents take that `bytes` shows, and the header of
/// the member behind them; asked again with these it may be more. malformed: it is no zip.
Result<std::uint64_t> keras_head_size(std::string_view bytes, std::uint64_t size);

}  // namespace mpk::model
