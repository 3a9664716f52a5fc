// Fuzz entry: a checkpoint that is read has the parts that its text says.
#include "base/bytes.hpp"
#include "sigstore/note.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  const auto checkpoint = sigstore::parse_checkpoint(as_text({data, size}));
  if (!checkpoint) return 0;
  const auto head =
      sigstore::checkpoint_text(checkpoint->origin, checkpoint->size, checkpoint->root_hash);
  if (!checkpoint->note.text.starts_with(head) || checkpoint->note.signatures.empty()) std::abort();
  return 0;
}
