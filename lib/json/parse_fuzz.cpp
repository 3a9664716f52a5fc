// Fuzz entry: what parse() accepts prints, parses to the same value again, and has one canonical
// form.
#include "base/bytes.hpp"
#include "json/canonical.hpp"
#include "json/parse.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  auto value = json::parse(as_text({data, size}));
  if (!value) return 0;
  auto again = json::parse(json::compact(*value));
  if (!again || *again != *value) std::abort();
  auto canonical = json::canonical(*value);
  if (!canonical) return 0;
  auto reread = json::parse(*canonical);
  if (!reread) std::abort();
  auto second = json::canonical(*reread);
  // A double above 2^53 without a fraction is written as an integer that canonical() then refuses.
  if (second && *second != *canonical) std::abort();
  return 0;
}
