// Fuzz entry: any bytes as tokenizer.json; the counts fit the file, in one piece or in many.
#include "base/bytes.hpp"
#include "model/tokenizer_file.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  const auto file = model::read_tokenizer_file(
      {"tokenizer.json", size, std::string(as_text({data, size})), true});
  model::TokenizerScan scan;
  for (std::size_t at = 0; at < size; at += 3) scan.feed(as_text({data, size}).substr(at, 3));
  scan.finish();
  const auto pieces = scan.result();
  if (pieces.has_value() != file.has_value()) std::abort();
  if (!file) return 0;
  const model::TokenizerFile &one = **file, &other = **pieces;
  if (one.tokens != other.tokens || one.largest_id != other.largest_id) std::abort();
  if (one.tokens < one.vocabulary || one.tokens > size || one.added.size() > size) std::abort();
  return 0;
}
