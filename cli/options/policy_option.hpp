// --policy FILE.
#pragma once

#include "option_set.hpp"
#include "policy/policy.hpp"
#include "session.hpp"

#include <optional>
#include <string>

namespace mpk::cli {

struct PolicyOption {
  std::optional<std::string> file;
  void add_to(OptionSet& set);
  Result<std::optional<policy::Policy>> resolve(Session& session) const;
};

}  // namespace mpk::cli
