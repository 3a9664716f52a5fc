// PyTorch's names of element types and of storages (torch/storage.py, c10/core/ScalarType.h).
#pragma once

#include <cstdint>
#include <string_view>

namespace mpk::model {

struct TorchType {
  std::string_view name;   // "bfloat16", as torch prints it without its module
  std::uint64_t bits = 0;  // of an element as its storage counts them; 0: no such type
};

/// "torch.bfloat16"
TorchType torch_type(std::string_view global);
/// "torch.BFloat16Storage", "torch.cuda.FloatStorage"; the name is empty for UntypedStorage, which
/// counts bytes.
TorchType torch_storage(std::string_view global);

}  // namespace mpk::model
