// What a CI's certificate says of a build, and who signed it. Internal to policy/.
#pragma once

#include "attest/ci_claims.hpp"
#include "policy/ci_expectation.hpp"
#include "sigstore/identity.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::policy {

/// Fulcio's claims (oid-info.md, .9 to .21), or where one is missing its older form (.2 to .6).
/// Empty: not there.
struct CiCertificate {
  CiName signer;  // the subject: the workflow whose job signed
  std::string issuer;
  std::string repository;  // URL
  std::string commit, ref;
  CiName config;  // the workflow that ran, maybe by calling the signer
  std::string config_commit;
  std::string trigger, run, runner, repository_id, owner_id;
  std::vector<std::string> missing;    // names of claims that every CI's certificate has
  std::vector<std::string> conflicts;  // "sourceRepositoryRef a, githubWorkflowRef b"

  /// Path of `config` in the repository; empty: it is not there.
  std::string workflow() const;
};

/// `host`: where a repository is that only the older claim names.
CiCertificate read_ci_certificate(const sigstore::Identity& signer, std::string_view host);

enum class CiSigner {
  generator,  // a workflow of slsa-github-generator that builds or describes
  delegator,  // one that lends its signature to another builder
  own,        // a workflow in the source repository itself
  other,
};
CiSigner kind_of_signer(const CiCertificate& certificate);

/// Whether that signer writes this build type.
bool writes_build_type(const CiCertificate& certificate, const attest::CiClaims& claims);

/// slsa-github-generator's directory of workflows, with '/' at its end.
inline constexpr std::string_view kGeneratorWorkflows =
    "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/";

}  // namespace mpk::policy
