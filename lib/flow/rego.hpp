// Rego: rules for the Open Policy Agent that may refuse what has passed everything else.
#pragma once

#include "base/result.hpp"
#include "base/url.hpp"
#include "policy/verdict.hpp"

#include <optional>
#include <string>

namespace mpk::flow {

struct Context;

/// Who answers data.mpk.deny.
struct RegoRules {
  std::string file;             // rules, or a directory with some; empty: the server has its own
  std::string program = "opa";  // looked up on PATH where it has no '/'
  std::optional<Url> server;    // instead of a program
};

/// Hands the verdict document to OPA as `input` and adds a failed check "rego" for each entry of
/// data.mpk.deny, or one that could not be decided: OPA is missing, is too slow, or answers with
/// anything but a set or list of texts or of {msg, code}. Never lifts a failure. usage: the rules
/// can't be read or do not compile.
Result<void> apply_rego(const Context& context, const RegoRules& rules, policy::Verdict& verdict);

}  // namespace mpk::flow
