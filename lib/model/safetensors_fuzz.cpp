// Fuzz entry: the bytes as a file through HeadTap; accepted tensors cover the data exactly.
#include "base/bytes.hpp"
#include "model/safetensors.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  model::HeadTap tap("fuzz.safetensors", size);
  tap.feed({data, size});
  const auto header = model::read_safetensors(tap.finish());
  if (!header) return 0;
  if (header->list.size() != header->tensors.tensors || header->data_bytes > size) std::abort();
  return 0;
}
