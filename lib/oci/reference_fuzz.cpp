// Fuzz entry: a reference that parses looks like one, and its text names the same artifact.
#include "base/bytes.hpp"
#include "oci/reference.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  const std::string_view text = as_text({data, size});
  const auto reference = oci::Reference::parse(text);
  if (!reference) return 0;
  if (!oci::Reference::looks_like(text)) std::abort();
  const auto again = oci::Reference::parse(reference->text());
  if (!again || again->text() != reference->text() || again->target() != reference->target() ||
      again->name() != reference->name()) {
    std::abort();
  }
  return 0;
}
