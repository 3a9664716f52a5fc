// External parameters of a build against those that are expected. Internal to policy/.
#pragma once

#include "json/value.hpp"
#include "policy/judgement.hpp"
#include "policy/policy.hpp"

#include <vector>

namespace mpk::policy {

/// Each expected one must be there and as expected; each that is there must be expected. A member
/// is also expected when every leaf below it is (slsa.dev/spec/v1.2/verifying-artifacts: unknown
/// external parameters are refused).
void check_parameters(const std::vector<ExpectedParameter>& expected, const Json& parameters,
                      Judgement& judged);

}  // namespace mpk::policy
