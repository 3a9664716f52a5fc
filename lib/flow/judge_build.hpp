// judge_build: the provenance of a CI among the evidence: where was this built?
#pragma once

#include "flow/evidence.hpp"
#include "policy/ci_expectation.hpp"
#include "policy/verdict.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::flow {

/// Of Verdict::Scope::artifact the check is "provenance", and 10 when none is attached; of ::bundle
/// it is "bundle", and 12. Then the checks of policy/ci_provenance.hpp: of a provenance that passes
/// them all, else of the one that fails the fewest; failures of the others are skipped and say why
/// they do not count. Sets the verdict's type, facts and, of one that passes, `provenance`.
/// `type`: only of this predicate type.
void judge_build(const policy::CiExpectation& expected, const std::optional<std::string>& type,
                 const std::vector<CheckedBundle>& bundles, policy::Verdict& verdict);

}  // namespace mpk::flow
