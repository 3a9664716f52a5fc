// Fuzz entry: any bytes under a name of weights; what is listed adds up, and differs from itself in
// nothing.
#include "base/bytes.hpp"
#include "model/tensor_diff.hpp"
#include "model/tensor_list.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  constexpr std::array kNames = {"m.safetensors", "m-00001-of-00002.gguf", "m.onnx", "m"};
  if (size == 0) return 0;
  // The first byte chooses the name, so that the rest may be a file of testdata.
  model::HeadTap tap(kNames[*data % kNames.size()], size - 1);
  tap.feed({data + 1, size - 1});
  const auto head = tap.finish();
  auto list = model::list_tensors(head);
  if (!list || !*list) return 0;
  std::uint64_t parameters = 0;
  for (const auto& tensor : (*list)->tensors) {
    const auto count = model::element_count(tensor.shape);
    if (!count || model::shape_text(tensor).size() < 2) std::abort();
    parameters += *count;
  }
  if ((*list)->facts.tensors != (*list)->tensors.size() || (*list)->facts.parameters != parameters)
    std::abort();
  const model::WeightFile file{.path = head.path, .header = head.bytes, .list = *std::move(*list)};
  for (const auto& diff : model::compare_weights({file}, {file})) {
    if (!diff.changes.empty() || !diff.metadata.empty() || diff.same != file.list.tensors.size() ||
        !diff.other_values)
      std::abort();
  }
  return 0;
}
