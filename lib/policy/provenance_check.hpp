// What a rule says of a SLSA provenance that an allowed signer vouches for.
#pragma once

#include "json/value.hpp"
#include "policy/policy.hpp"
#include "policy/verdict.hpp"
#include "sigstore/identity.hpp"

#include <optional>
#include <vector>

namespace mpk::policy {

struct ProvenanceChecks {
  std::vector<Check> checks;
  /// The SLSA build level that the rule trusts the builder for; nullopt: it is not allowed.
  std::optional<unsigned> level = {};
};

/// One check for each thing that the rule asks for, in a fixed order: provenance.form (it can be
/// read), .builder, .level, .buildType, .source, .parameters, .dependencies. Exit code 1 each. One
/// that fails for several codes is there once for each: a waiver names a code. Without its form
/// nothing else is judged.
/// `signer`: of the bundle; its claims are empty for a key. Total: any JSON value.
ProvenanceChecks check_provenance(const ProvenanceRule& rule, const Json& predicate,
                                  const sigstore::Identity& signer);

}  // namespace mpk::policy
