// Fuzz entry: any bytes as the index of a SavedModel's variables; the counts are those of the list.
#include "base/bytes.hpp"
#include "model/tensor_bundle.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk::model;
  const auto bundle =
      read_tensor_bundle({"variables.index", size, std::string(mpk::as_text({data, size})), true});
  if (!bundle) return 0;
  if (bundle->tensors.tensors != bundle->list.size() || bundle->list.size() > size) std::abort();
  std::uint64_t bytes = 0, reach = 0;
  for (const auto& tensor : bundle->list) bytes += *tensor.bytes;
  for (const auto each : bundle->sizes) reach += each;
  // Two variables may share bytes, but none has more than its file.
  if (!bundle->list.empty() && bytes / bundle->list.size() > reach) std::abort();
  return 0;
}
