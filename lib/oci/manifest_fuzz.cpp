// Fuzz entry: a manifest or index that is read is written in one form, and nothing is read as both.
#include "base/bytes.hpp"
#include "oci/manifest.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  using namespace mpk::oci;
  const std::string_view text = as_text({data, size});
  const auto manifest = parse_manifest(text);
  const auto index = parse_index(text);
  if (manifest && index) std::abort();
  if (manifest) {
    if (is_index(text, {})) std::abort();
    const std::string once = serialize(*manifest);
    const auto again = parse_manifest(once, manifest->media_type);
    if (!again || serialize(*again) != once) std::abort();
  }
  if (index) {
    if (!is_index(text, {})) std::abort();
    const std::string once = serialize(*index);
    const auto again = parse_index(once);
    if (!again || serialize(*again) != once) std::abort();
  }
  return 0;
}
