// Energy of the training run (CycloneDX 1.6, energyConsumptions).
#include "aibom/draft.hpp"
#include "aibom/lineage_parts.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace mpk::aibom {

Json energy_consumptions(Draft& draft) {
  Json out = Json::array();
  if (!draft.info.training) return out;
  const auto& run = *draft.info.training;
  const auto pointer = std::string(kModelPointer) +
                       "/modelCard/considerations/environmentalConsiderations/energyConsumptions/";
  for (const auto& each : run.energy) {
    const Json cost = {{"value", each.kwh}, {"unit", "kWh"}};
    // The grammar wants a provider with an organization; one that nobody named has no name.
    Json provider = {{"organization", organization_of(each.provider)},
                     {"energySource", each.source.empty() ? "unknown" : each.source},
                     {"energyProvided", cost}};
    Json one = {{"activity", each.activity},
                {"activityEnergyCost", cost},
                {"energyProviders", Json::array({std::move(provider)})}};
    if (each.co2_tonnes)
      one["co2CostEquivalent"] = {{"value", *each.co2_tonnes}, {"unit", "tCO2eq"}};
    draft.tiers.add(pointer + std::to_string(out.size()), model::Tier::declared, run.source);
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace mpk::aibom
