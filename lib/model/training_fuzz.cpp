// Fuzz entry: any bytes as a training file; what was read becomes facts without trouble.
#include "base/bytes.hpp"
#include "model/lineage.hpp"
#include "model/training.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  const auto read = model::parse_training(as_text({data, size}), "f");
  if (!read) return 0;
  model::ModelInfo info;
  model::add_training(*read, info);
  model::check_lineage(info);
  return 0;
}
