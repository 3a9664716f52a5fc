// Fuzz entry: no document about tools, however made, crashes its reader; what is read can be
// pinned, read back and compared with itself without a change.
#include "agent/card.hpp"
#include "agent/compare.hpp"
#include "agent/document.hpp"
#include "agent/jws.hpp"
#include "agent/pins.hpp"
#include "agent/widening.hpp"
#include "base/bytes.hpp"
#include "json/parse.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

constexpr std::string_view kBom =
    R"({"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":)"
    R"({"type":"machine-learning-model","bom-ref":"model","name":"m","version":"1"}}})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  const auto text = as_text({data, size});
  static_cast<void>(agent::read_card(text, {}, true));
  static_cast<void>(agent::read_keys(text));
  static_cast<void>(agent::read_prompts(text, "prompt"));
  if (const auto document = json::parse(text)) {
    static_cast<void>(agent::read_pins(*document));
    if (document->is_array() && document->size() == 2)
      static_cast<void>(agent::schema_differences((*document)[0], (*document)[1]));
  }
  auto servers = agent::read_document(text, {}, "server");
  if (!servers) return 0;
  const auto bom = json::parse(kBom);
  const auto pinned = agent::pin(*bom, {.servers = *servers, .templates = {}, .cards = {}});
  if (!pinned) return 0;
  const auto pins = agent::read_pins(*pinned);
  if (!pins || pins->size() != servers->size()) std::abort();
  for (const auto& server : *servers) {
    for (const auto& pin : *pins) {
      if (pin.name == server.name && !agent::compare(pin, server).empty()) std::abort();
    }
  }
  return 0;
}
