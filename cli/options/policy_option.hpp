// --policy FILE.
#pragma once

#include "option_set.hpp"
#include "policy/policy.hpp"
#include "session.hpp"

#include <memory>
#include <optional>
#include <string>

namespace mpk::cli {

struct PolicyOption {
  std::optional<std::string> file;
  void add_to(OptionSet& set);
  /// Null without the option.
  Result<std::shared_ptr<const policy::PolicyFile>> resolve(Session& session) const;
};

}  // namespace mpk::cli
