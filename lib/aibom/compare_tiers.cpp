// Tiers by the names of the facts: a fact that is proven less than before is lowered.
#include "aibom/compare_parts.hpp"
#include "aibom/told_tiers.hpp"

#include <nlohmann/json.hpp>

namespace mpk::aibom {
namespace {

Said tiers(const Json& bom) {
  Said out;
  for (const auto& [pointer, told] : told_tiers(bom))
    out.emplace(fact_name(bom, pointer), told.tier);
  return out;
}

int rank(const std::string& tier) { return tier == "verified" ? 2 : tier == "declared" ? 1 : 0; }

}  // namespace

// Facts on one side only are told by the other kinds.
void compare_tiers(const Json& before, const Json& after, Changes& out) {
  const auto now = tiers(after);
  for (const auto& [name, tier] : tiers(before)) {
    const auto found = now.find(name);
    if (found == now.end() || found->second == tier) continue;
    const bool raised = rank(found->second) > rank(tier);
    out.add({raised ? "tier.raised" : "tier.lowered", name, tier, found->second});
  }
}

}  // namespace mpk::aibom
