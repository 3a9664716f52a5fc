// --rego FILE|DIR and --opa PATH|URL.
#pragma once

#include "base/result.hpp"
#include "flow/rego.hpp"
#include "option_set.hpp"

#include <optional>
#include <string>

namespace mpk::cli {

struct RegoOptions {
  std::optional<std::string> rules, opa;
  void add_to(OptionSet& set);
  bool given() const { return rules || opa; }
  /// Nothing without the options. usage: rules that are not there, a program without rules, rules
  /// for a server (which has its own), an address that is neither https nor on this machine.
  Result<std::optional<flow::RegoRules>> resolve() const;
};

}  // namespace mpk::cli
