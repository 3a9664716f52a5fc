// TensorList: the readers under one name.
#include "model/tensor_list.hpp"

#include "model/gguf.hpp"
#include "model/names.hpp"
#include "model/onnx.hpp"
#include "model/pytorch.hpp"
#include "model/safetensors.hpp"

#include <cstdint>
#include <utility>

namespace mpk::model {
namespace {

using Found = std::optional<TensorList>;

std::map<std::string, std::string> metadata_of(GgufHeader& header) {
  auto out = std::move(header.strings);
  for (const auto& [key, value] : header.integers) out.emplace(key, std::to_string(value));
  for (const auto& [key, size] : header.array_sizes)
    out.emplace(key, "[" + std::to_string(size) + "]");
  return out;
}

}  // namespace

Result<std::optional<TensorList>> list_tensors(const FileHead& head) {
  const Format format = detect_format(head);
  switch (format) {
    case Format::safetensors: {
      auto header = TRY(read_safetensors(head));
      return Found(TensorList{format, std::move(header.list), std::move(header.tensors),
                              std::move(header.metadata)});
    }
    case Format::gguf: {
      auto header = TRY(read_gguf(head));
      auto metadata = metadata_of(header);
      return Found(TensorList{format, std::move(header.list), std::move(header.tensors),
                              std::move(metadata)});
    }
    case Format::onnx: {
      auto header = TRY(read_onnx(head));
      return Found(TensorList{format, std::move(header.list), std::move(header.tensors), {}});
    }
    case Format::pytorch: {
      auto header = TRY(read_pytorch(head));
      return Found(TensorList{format, std::move(header.list), std::move(header.tensors), {}});
    }
    default:
      return Found();
  }
}

bool may_list_tensors(std::string_view path) {
  const std::string ending = extension(path);
  return ending == "safetensors" || ending == "gguf" || ending == "onnx" || ending == "pt" ||
         ending == "pth" || ending == "bin" || ending == "ckpt";
}

std::string shape_text(const Tensor& tensor) {
  std::string out = "[";
  for (const std::uint64_t size : tensor.shape) {
    if (out.size() > 1) out += ',';
    out += std::to_string(size);
  }
  return out + "]";
}

}  // namespace mpk::model
