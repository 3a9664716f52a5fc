// Fuzz entry: an ONNX model that is accepted has as many parameters as its types together.
#include "base/bytes.hpp"
#include "model/onnx.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  const model::FileHead head{"fuzz.onnx", size, std::string(as_text({data, size})), true};
  const auto header = model::read_onnx(head);
  if (!header) return 0;
  std::uint64_t sum = 0;
  for (const auto& [dtype, count] : header->tensors.dtypes) sum += count.parameters;
  if (sum != header->tensors.parameters) std::abort();
  return 0;
}
