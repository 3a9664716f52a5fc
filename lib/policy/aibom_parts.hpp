// Parts of an aiBOM's checks that have a file of their own. Internal to policy/.
#pragma once

#include "json/value.hpp"
#include "policy/judgement.hpp"
#include "policy/policy.hpp"

#include <cstddef>

namespace mpk::policy {

// Each returns how many were judged, for the message of a check that passes.

/// The licences of the model and of models inside it; with `pedigree` of its base models, too, to
/// any depth.
std::size_t judge_licenses(const LicenseRule& rule, const Json& bom, Judgement& judged);

/// Components that are datasets, wherever they stand, and what the model card names as one.
std::size_t judge_datasets(const DatasetRule& rule, const Json& bom, Judgement& judged);

/// The results of the model card.
void judge_evaluations(const std::vector<EvaluationFloor>& floors, const Json& bom,
                       Judgement& judged);

/// Pins of MCP servers, and the scopes of pinned A2A agents.
std::size_t judge_agent(const AgentRule& rule, const Json& bom, Judgement& judged);

}  // namespace mpk::policy
