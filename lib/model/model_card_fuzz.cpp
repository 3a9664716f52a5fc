// Fuzz entry: any bytes as a model card; what is taken from it stays valid UTF-8 and within its
// cap.
#include "base/bytes.hpp"
#include "base/text.hpp"
#include "model/huggingface.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  model::ModelInfo info;
  model::read_model_card({"README.md", size, std::string(as_text({data, size})), true}, info);
  for (const std::string& text : {info.description, info.intended_use, info.limitations}) {
    if (!is_valid_utf8(text) || text.size() > 4096) std::abort();
  }
  return 0;
}
