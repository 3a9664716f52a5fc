// What a rule says of an aiBOM that is valid and by an allowed signer.
#pragma once

#include "json/value.hpp"
#include "policy/policy.hpp"
#include "policy/verdict.hpp"

#include <map>
#include <string>
#include <vector>

namespace mpk::policy {

struct AibomChecks {
  /// One for each thing that the rule asks for, in a fixed order: aibom.version (21), .profile
  /// (21), .tiers (21), .findings (1), .licenses (1), .datasets (1), .evaluations (1), .agent (1).
  /// One that fails for several codes is there once for each: a waiver names a code.
  std::vector<Check> checks;
  /// Of each profile that was asked for, in percent: for the verdict's facts.
  std::map<std::string, std::pair<double, double>> scores;  // total, verified
};

/// `bom`: valid CycloneDX; still total for any JSON value. Several of one name (licences, datasets,
/// results of one metric) are all judged: the worst counts.
AibomChecks check_aibom_content(const AibomRule& rule, const Json& bom);

}  // namespace mpk::policy
