// Citations of 1.7: each pointer names a place of this document, which must be there.
#include "aibom/lint.hpp"
#include "aibom/lookup.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>

namespace mpk::aibom {

void lint_citations(const Json& bom, Findings& out) {
  std::size_t i = 0;
  for (const auto& citation : items(member(bom, "citations"))) {
    const auto place = "/citations/" + std::to_string(i++) + "/pointers/";
    std::size_t j = 0;
    for (const auto& each : items(member(citation, "pointers"))) {
      const auto here = place + std::to_string(j++);
      if (each.is_string() && !leads_somewhere(bom, text(each)))
        out.error("dangling-citation", here, "nothing is at " + printable(text(each), 200));
    }
  }
}

}  // namespace mpk::aibom
