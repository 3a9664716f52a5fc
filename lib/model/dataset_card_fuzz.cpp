// Fuzz entry: any bytes as a dataset's card and as a Croissant file.
#include "base/bytes.hpp"
#include "model/dataset_card.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  const std::string text(as_text({data, size}));
  model::ModelInfo info;
  model::read_dataset_card({"datasets/a/README.md", size, text, true}, info);
  model::read_croissant({"datasets/a/croissant.json", size, text, true}, info);
  return 0;
}
