// Fuzz entry: any bytes as an HDF5 file; the datasets lie within it.
#include "base/bytes.hpp"
#include "model/hdf5.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto tensors = mpk::model::read_hdf5(mpk::as_text({data, size}));
  if (!tensors) return 0;
  for (const auto& tensor : *tensors) {
    if (!tensor.bytes || *tensor.bytes > size || tensor.name.empty()) std::abort();
  }
  return 0;
}
