// What a CI's provenance says of its build, SLSA v1 and v0.2: each claim with its place.
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::attest {

inline constexpr std::string_view kSlsaProvenance02 = "https://slsa.dev/provenance/v0.2";

/// Who writes a build type, and so what its predicate looks like.
enum class CiFamily {
  workflow,   // v1 of GitHub's workflows: actions/attest, npm, mpk
  npm,        // v0.2 of npm's command line
  generator,  // v0.2 of slsa-github-generator's own builders
  container,  // v1 of its container-based builder
  delegated,  // v1 and v0.2 of builders that it lends its signature
  gitlab,     // v1 of GitLab and its runner
};

enum class CiTopic {
  repository,  // "https://github.com/o/r"
  ref,         // "refs/heads/main"; GitLab: also "main"
  commit,
  workflow,      // path of the file that ran, ".github/workflows/release.yml"
  workflow_ref,  // the ref of that file
  workflow_commit,
  trigger,  // "push"
  repository_id,
  owner_id,
  run,  // a URL, "RUN-ATTEMPT", or GitLab's job number
  run_id,
  run_attempt,
  runner,  // "github-hosted"
};

struct CiClaim {
  CiTopic topic;
  std::string place;  // JSON Pointer in the predicate; with '@' at its end: the ref in that URI
  std::string value;  // of a number, an object, …: its JSON
};

struct CiClaims {
  CiFamily family = CiFamily::workflow;
  std::string builder_id, build_type;
  std::vector<CiClaim> said;
  /// Places that this build type always has, and this predicate has not.
  std::vector<std::string> missing;
  /// Inputs of a workflow that somebody started by hand; nullopt: none are recorded.
  std::optional<Json> inputs;
};

/// malformed: another predicate type, no builder.id, no buildType; unsupported: a build type that
/// none of the families writes. Total: any JSON value.
Result<CiClaims> read_ci_claims(std::string_view predicate_type, const Json& predicate);

}  // namespace mpk::attest
