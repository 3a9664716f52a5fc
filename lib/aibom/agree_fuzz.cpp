// Fuzz entry: no document, however made, crashes validation, comparison or the summary; a document
// without errors has only bom-refs that are found.
#include "aibom/agree.hpp"
#include "aibom/build.hpp"
#include "aibom/validate.hpp"
#include "base/bytes.hpp"
#include "json/parse.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  auto bom = json::parse(as_text({data, size}), {.max_depth = 128});
  if (!bom) return 0;
  static const auto kLayer = oci::Descriptor::of("application/vnd.cncf.model.doc.v1.raw", "text");
  static const std::vector<modelpack::LayerFile> kLayers = {
      {.descriptor = kLayer, .path = "a", .kind = model::Kind::doc, .encoding = {}}};
  auto problems = aibom::validate_aibom(*bom);
  auto agreement = aibom::compare_with_layers(*bom, kLayers, kLayer.digest);
  auto summary = aibom::summarize(*bom);
  auto tiers = aibom::count_tiers(*bom);
  if (agreement.matching > kLayers.size() || agreement.matching > agreement.files) std::abort();
  if (agreement.disagreements.empty() && agreement.matching != kLayers.size()) std::abort();
  if (summary.files != agreement.files) std::abort();
  if (problems && !aibom::has_errors(*problems) && !bom->is_object()) std::abort();
  if (tiers.verified > size || tiers.declared > size || tiers.inferred > size) std::abort();
  return 0;
}
