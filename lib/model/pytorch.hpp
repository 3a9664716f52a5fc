// PyTorch checkpoints (torch.save) and TorchScript archives: their tensors, read from opcodes.
#pragma once

#include "base/result.hpp"
#include "model/head.hpp"
#include "model/torch_state.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mpk::model {

struct PytorchHeader {
  enum class Layout { zip, legacy, torchscript } layout = Layout::zip;
  TensorFacts tensors;
  std::vector<Tensor> list;
  TorchState state;  // without the two above
};

/// torch/serialization.py: the zip of 1.6 and later, the five pickles before it. Nothing is
/// executed. A storage's claim must agree with its member of the zip (known for files that are
/// kept whole) or, for a larger file, all claims with the file's size; of a legacy file exactly.
/// malformed: broken or contradicting itself; too_large: over kTorchPickle, or as of
/// read_torch_state; unsupported: what torch 0.1 wrote, TorchScript that is not whole (its list of
/// tensors follows the weights), compressed members.
Result<PytorchHeader> read_pytorch(const FileHead& head);

/// torch.save before 1.6: a pickle of this number comes first (MAGIC_NUMBER); behind PROTO.
inline constexpr std::string_view kTorchMagic =
    "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e";

inline constexpr std::size_t kTorchPickle = 64U << 20;  // 200 bytes for each tensor of a model

inline constexpr std::size_t kTorchScript = 4U << 20;  // up to here it is kept whole

/// Where the pickles of a checkpoint begin, and how many are read; nullopt: not at the start.
struct TorchPickles {
  std::uint64_t begin = 0;
  unsigned count = 0;
};
std::optional<TorchPickles> torch_pickles(std::string_view bytes);

}  // namespace mpk::model
