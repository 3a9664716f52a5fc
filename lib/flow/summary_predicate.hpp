// Predicates that sum up a verdict, so that others need not check everything again.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "json/value.hpp"
#include "policy/verdict.hpp"

#include <string>
#include <vector>

namespace mpk::flow {

struct SummaryOptions {
  std::string verifier_id;          // empty: identifiers of mpk's own (docs/identifiers.md)
  std::string policy_uri;           // empty: "urn:mpk:policy:NAME"
  std::vector<std::string> levels;  // of one's own, besides what the provenance reaches
  Timestamp now;
  std::string mpk_version;
};

/// A SLSA verification summary that says PASSED; `resource` is "oci://HOST/REPO". usage: the
/// verdict is not a pass under a policy of the whole artifact, or a level that is nobody's to give.
Result<Json> vsa_predicate(const policy::Verdict& verdict, const std::string& resource,
                           const SummaryOptions& options);

/// The same as a simple verification result (in-toto SVR v0.2): each check that passed is a
/// property.
Result<Json> svr_predicate(const policy::Verdict& verdict, const SummaryOptions& options);

}  // namespace mpk::flow
