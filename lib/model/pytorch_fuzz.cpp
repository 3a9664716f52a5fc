// Fuzz entry: a pickle behind a zip's header, or a whole checkpoint; what is accepted fits the
// file.
#include "base/bytes.hpp"
#include "model/pytorch.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

void check(const mpk::model::FileHead& head) {
  using namespace mpk::model;
  const auto header = read_pytorch(head);
  if (!header) return;
  std::uint64_t sum = 0;
  for (const auto& [dtype, count] : header->tensors.dtypes) sum += count.parameters;
  if (sum != header->tensors.parameters || header->list.size() != header->tensors.tensors)
    std::abort();
  if (header->state.storage_bytes > head.size) std::abort();
  for (const Tensor& tensor : header->list) {
    if (tensor.bytes.value_or(0) > header->state.storage_bytes) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  const auto bytes = as_text({data, size});
  check({"fuzz.pt", size, std::string(bytes), true});
  check({"fuzz.pt", size, std::string(bytes), false});
  // A name and no extra field: the pickle alone is what mutates.
  std::string zip("PK\x03\x04\0\0\x08\x08", 8);
  zip += std::string(18, '\0') + std::string("\x08\0\0\0data.pkl", 12);
  zip += bytes;
  check({"fuzz.pt", zip.size() + 4096, zip, false});
  model::HeadTap tap("fuzz.pt", size);
  tap.feed({data, size});
  if (tap.finish().bytes.size() > size) std::abort();
  return 0;
}
