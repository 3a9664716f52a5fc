// The tensors of a PyTorch checkpoint, out of the pickle that describes it.
#pragma once

#include "base/result.hpp"
#include "model/info.hpp"
#include "model/pickle.hpp"
#include "model/tensor.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::model {

/// What counts: the tensors of one state dict, buffers included, as safetensors would store them.
/// It is the pickle's value itself, or of a checkpoint the member "state_dict", "model_state_dict",
/// "model", "module", "params", … (Lightning, DeepSpeed, …), or the parameters and buffers of a
/// pickled module. Optimizers, schedulers and random states are never counted. A tensor that
/// repeats storage, offset and element count of another (tied weights) counts once.
struct TorchState {
  TensorFacts tensors;
  std::vector<Tensor> list;                                 // in the order of the pickle
  std::vector<std::pair<std::string, std::string>> shared;  // a name, and the listed tensor it is
  std::vector<std::string> unread;  // names: meta, nested, expanded, numpy; not counted
  std::string key;                  // of the state dict in a checkpoint: "state_dict"; may be empty
  bool training_state = false;      // an optimizer's or a random state stands beside, or alone
  std::map<std::string, std::uint64_t, std::less<>> storages;  // bytes of each, by key
  std::uint64_t storage_bytes = 0;                             // of all
};

/// malformed: a tensor that is larger than its storage, a type or shape that is none; too_large:
/// over kTorchTensors tensors, nested too widely.
Result<TorchState> read_torch_state(const Pickle& pickle);

inline constexpr std::size_t kTorchTensors = 1'000'000;

}  // namespace mpk::model
