// Fuzz entry: any bytes as tokenizer.json; the counts fit the file.
#include "base/bytes.hpp"
#include "model/tokenizer_file.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  const auto file = model::read_tokenizer_file(
      {"tokenizer.json", size, std::string(as_text({data, size})), true});
  if (!file) return 0;
  if (file->tokens < file->vocabulary || file->tokens > size || file->added.size() > size) {
    std::abort();
  }
  return 0;
}
