// Fuzz entry: YAML that is accepted becomes a value that prints and parses to itself.
#include "base/bytes.hpp"
#include "json/parse.hpp"
#include "json/yaml.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  auto document = json::parse_yaml(as_text({data, size}), "fuzz.yaml");
  if (!document) return 0;
  auto again = json::parse(json::compact(*document->value));
  if (!again || *again != *document->value) std::abort();
  return 0;
}
