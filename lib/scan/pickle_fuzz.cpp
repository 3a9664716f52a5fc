// Fuzz entry: the bytes as pickles, both strictly and not; a walk stays within its content.
#include "scan/pickle.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk::scan;
  const auto content = memory_content(std::string(reinterpret_cast<const char*>(data), size));
  const PickleOptions options{
      .limits = {.opcodes = 100'000, .stack = 10'000, .memo = 10'000, .pickles = 100}};
  const auto walk = walk_pickle(*content, 0, options);
  if (!walk || walk->end > size || (!walk->complete && walk->problem.empty())) std::abort();
  for (const bool strict : {false, true}) {
    Findings findings;
    if (!scan_pickles(*content, 0, strict, options, findings)) std::abort();
  }
  return 0;
}
