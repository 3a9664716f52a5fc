// Where an artifact was built: a CI's certificate against what is expected, the predicate against
// the certificate.
#pragma once

#include "json/value.hpp"
#include "policy/ci_expectation.hpp"
#include "policy/verdict.hpp"
#include "sigstore/identity.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::policy {

struct CiChecks {
  std::vector<Check> checks;
  /// Of the certificate, and of the predicate what agrees with it: "builder", "buildType",
  /// "source", "commit", "invocation". Empty when the form does not hold.
  std::map<std::string, std::string> facts;
};

/// What is trusted is the certificate. Of it (exit code 12): build.issuer, .certificate (it has
/// all claims of a CI, and they agree with each other), .source, .commit, .ref, .signer, .trigger,
/// .runner. Of the predicate (exit code 1): build.form (known build type, nothing is missing that
/// this type always has), .builder, .agreement (each thing it says that a certificate proves, is
/// as the certificate has it), .inputs. In the order of docs/attest-verify.md, which has the
/// codes; .commit, .ref, .runner and .inputs only when they are asked for. A check that fails for
/// several codes is there once for each. Without its form, or a CI's claims, nothing else is
/// judged. `signer`: of a bundle that has verified. Total: any JSON value.
CiChecks check_ci_provenance(const CiExpectation& expected, std::string_view predicate_type,
                             const Json& predicate, const sigstore::Identity& signer);

}  // namespace mpk::policy
