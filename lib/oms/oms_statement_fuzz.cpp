// Fuzz entry: reading a model's statement never crashes, and what is read can be written again.
#include "base/bytes.hpp"
#include "oms/statement.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  const auto statement = oms::parse_statement(as_text({data, size}));
  if (!statement || statement->historical) return 0;
  const auto text =
      oms::make_statement(statement->model, statement->serialization, statement->resources);
  if (!text) std::abort();
  const auto again = oms::parse_statement(*text);
  if (!again || again->resources.size() != statement->resources.size()) std::abort();
  return 0;
}
