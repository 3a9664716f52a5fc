// A Judge that looks into registries: connections and log-ins are kept from one verdict to the
// next.
#pragma once

#include "admit/verdicts.hpp"
#include "flow/context.hpp"

#include <memory>

namespace mpk::admit {

/// `context`, and what it refers to, must outlive the judge; its stats are not used: each verdict
/// counts its own requests. A registry's store is kept for five minutes at most, and not after
/// trouble, so that new credentials are found.
std::unique_ptr<Judge> make_registry_judge(const flow::Context& context);

}  // namespace mpk::admit
