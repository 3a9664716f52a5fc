// mpk push --part and --join: one model from several machines.
#pragma once

#include "base/result.hpp"
#include "flow/context.hpp"
#include "flow/pack.hpp"
#include "oci/reference.hpp"
#include "session.hpp"

#include <optional>
#include <string>

namespace mpk::cli {

/// `part`: "I/N", "auto/N" or "auto".
Result<int> push_part(const std::string& part, const flow::Context& context,
                      const flow::PackRequest& request, const oci::Reference& target,
                      Session& session);
/// `parts`: what --parts says, if anything. Parts that are missing are exit code 3.
Result<int> join_parts(const std::optional<std::string>& parts, const flow::Context& context,
                       const oci::Reference& target, Session& session);

}  // namespace mpk::cli
