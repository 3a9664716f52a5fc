// How the gate judges an object: what the commands of `admit` have in common.
#pragma once

#include "admit/gate.hpp"
#include "base/result.hpp"
#include "flow/verify.hpp"
#include "option_set.hpp"
#include "session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::cli {

struct GateFlags {
  std::optional<std::string> references, csi_driver;
  std::vector<std::string> exempt;
  std::vector<std::string> agent_models;
  bool pinned_agents = false;
  bool warn = false, refuse_other_images = false, insecure_allow_tags = false;

  void add_to(OptionSet& set);
  /// --warn, for commands that answer somebody.
  void add_warn_to(OptionSet& set);
  /// Reads the file of --references; pins can only be read from the aiBOM itself, so that
  /// --pinned-agents makes `request` deep. usage.
  Result<admit::GateOptions> resolve(Session& session, flow::VerifyRequest& request) const;
};

/// usage, with how to mend it: nothing is judged without a policy.
Error policy_missing();

}  // namespace mpk::cli
