// TensorList: what the header of a weight file lists, whatever its format.
#pragma once

#include "base/result.hpp"
#include "model/head.hpp"
#include "model/info.hpp"
#include "model/tensor.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::model {

struct TensorList {
  Format format = Format::unknown;
  std::vector<Tensor> tensors;  // by position in the file
  TensorFacts facts;            // of these
  // __metadata__ of safetensors; GGUF's strings, whole numbers and lengths of arrays ("[32000]").
  std::map<std::string, std::string> metadata;
};

/// nullopt: a file of another format. Errors as of the format's own reader (read_gguf(), …).
Result<std::optional<TensorList>> list_tensors(const FileHead& head);

/// Whether a file of this name may be one that list_tensors() reads: by its extension.
bool may_list_tensors(std::string_view path);

/// "[4096,32000]"; "[]" for a scalar.
std::string shape_text(const Tensor& tensor);

}  // namespace mpk::model
