// What is expected of the build that an artifact comes from.
#pragma once

#include "base/result.hpp"
#include "option_set.hpp"
#include "policy/ci_expectation.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::cli {

struct BuildOptions {
  std::optional<std::string> source, branch, tag, versioned_tag, commit, builder, signer, issuer;
  std::vector<std::string> inputs;
  bool deny_self_hosted = false, allow_pull_requests = false;
  void add_to(OptionSet& set);
  /// usage: no source, a host whose issuer is not known and not named, several refs, a text that
  /// has not its form, an input twice.
  Result<policy::CiExpectation> resolve() const;
};

}  // namespace mpk::cli
