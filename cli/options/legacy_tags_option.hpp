// --legacy-tags: whether cosign's tags of earlier days are read.
#pragma once

#include "base/result.hpp"
#include "flow/verify.hpp"
#include "option_set.hpp"

#include <optional>
#include <string>

namespace mpk::cli {

struct LegacyTagsOption {
  std::optional<std::string> word;
  void add_to(OptionSet& set);
  /// usage: another word.
  Result<flow::VerifyRequest::LegacyTags> resolve() const;
};

}  // namespace mpk::cli
