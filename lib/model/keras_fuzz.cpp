// Fuzz entry: any bytes as a Keras archive, an HDF5 file and a SavedModel.
#include "base/bytes.hpp"
#include "model/keras.hpp"
#include "model/saved_model.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk::model;
  FileHead head{"fuzz.keras", size, std::string(mpk::as_text({data, size})), true};
  if (const auto whole = read_keras(head); whole && whole->inputs.size() > 64) std::abort();
  (void)read_keras_hdf5(head);
  if (const auto saved = read_saved_model(head); saved && saved->inputs.size() > 256) std::abort();
  head.whole = false;
  head.size += 4096;
  if (const auto part = read_keras(head); part && part->inputs.size() > 64) std::abort();
  HeadTap tap("fuzz.keras", size);
  tap.feed({data, size});
  if (tap.finish().bytes.size() > size) std::abort();
  return 0;
}
