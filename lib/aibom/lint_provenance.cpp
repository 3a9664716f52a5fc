// mpk's provenance properties: each names a place of this document, which must be there.
#include "aibom/lint.hpp"
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

namespace mpk::aibom {

bool leads_somewhere(const Json& bom, const std::string& pointer) {
  try {
    return bom.contains(Json::json_pointer(pointer));
  } catch (const Json::exception&) {
    return false;  // no JSON Pointer at all
  }
}

void lint_provenance(const Json& bom, Findings& out) {
  const auto prefix = own(kProvenance);
  walk(bom, [&](const Spot& spot) {
    const auto& name = text(spot.value, "name");
    if (spot.key != "properties" || !name.starts_with(prefix)) return;
    if (!leads_somewhere(bom, name.substr(prefix.size()))) {
      out.error("dangling-provenance", spot.pointer + "/name",
                "nothing is at " + printable(name.substr(prefix.size()), 200));
    }
  });
}

}  // namespace mpk::aibom
