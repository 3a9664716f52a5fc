// A predicate that is made by verifying: attest --type vsa|svr --policy FILE.
#pragma once

#include "base/result.hpp"
#include "flow/context.hpp"
#include "json/value.hpp"
#include "oci/reference.hpp"
#include "oci/store.hpp"
#include "option_set.hpp"
#include "options/options.hpp"
#include "options/policy_option.hpp"
#include "session.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace mpk::cli {

struct SummaryPredicateOptions {
  PolicyOption policy;
  std::optional<std::string> verifier_id, policy_uri;
  std::vector<std::string> levels;

  void add_to(OptionSet& set);
  bool given() const { return policy.file.has_value(); }
  /// usage: another type than vsa and svr, a predicate beside the policy.
  Result<void> check(const std::string& type, bool predicate_given) const;

  struct Made {
    std::optional<Json> predicate;  // none: the policy did not pass, and the verdict was printed
    int exit_code = 0;
  };
  /// Verifies everything; `reference` names a digest.
  Result<Made> predicate(const std::string& type, const oci::Reference& reference,
                         oci::Store& store, const TrustOptions& trust, const flow::Context& context,
                         Session& session) const;
};

}  // namespace mpk::cli
