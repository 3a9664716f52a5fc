// Fuzz entry: measuring and reading a GGUF header agree, whatever prefix is measured.
#include "base/bytes.hpp"
#include "model/gguf.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  const std::string bytes(as_text({data, size}));
  const auto header = model::read_gguf({"fuzz.gguf", size, bytes, true});
  const auto measured = model::gguf_header_size(bytes);
  if (!header) return 0;
  if (!measured || !*measured || **measured > size) std::abort();
  const auto exact = model::gguf_header_size(std::string_view(bytes).substr(0, **measured));
  const auto short_of_it =
      model::gguf_header_size(std::string_view(bytes).substr(0, **measured - 1));
  if (!exact || *exact != *measured || !short_of_it || *short_of_it) std::abort();
  return 0;
}
