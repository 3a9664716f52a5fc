// named_bases: from the pedigree.
#include "aibom/named_bases.hpp"

#include "aibom/lookup.hpp"
#include "aibom/purl.hpp"

#include <nlohmann/json.hpp>

namespace mpk::aibom {

std::vector<NamedBase> named_bases(const Json& bom) {
  std::vector<NamedBase> out;
  for (const auto& base : items(member(subject(bom), "pedigree"), "ancestors")) {
    const auto& purl = text(base, "purl");
    out.push_back({.name = text(base, "name"), .purl = purl, .reference = reference_of_purl(purl)});
  }
  return out;
}

}  // namespace mpk::aibom
