// Fuzz entry: TOML that is accepted becomes a value that prints and parses to itself.
#include "base/bytes.hpp"
#include "json/toml.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  const auto document = json::parse_toml(as_text({data, size}), "fuzz.toml");
  if (!document) {
    if (document.error().kind() != ErrorKind::malformed) std::abort();
    return 0;
  }
  // Not json::parse(): its limits are others. Text that is no UTF-8 throws here.
  const auto again = nlohmann::ordered_json::parse(document->dump());
  if (again != *document) std::abort();
  return 0;
}
