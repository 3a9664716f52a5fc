// SLSA provenance v1 (slsa.dev/spec/v1.2/build-provenance) from the CI environment or from flags.
#pragma once

#include "base/env.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "json/value.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::attest {

/// Where the build ran. Filled from an allow-list of variables: the environment never enters
/// wholesale.
struct BuildContext {
  enum class Kind { github, gitlab, generic_ci, local };
  Kind kind = Kind::local;
  std::string builder_id;  // github: …/OWNER/REPO/PATH@REF; local: urn:mpk:builder:local
  std::string build_type;
  Json external_parameters;   // an object
  Json internal_parameters;   // an object, may be empty
  std::string source_uri;     // "git+https://github.com/o/r@refs/heads/main", may be empty
  std::string source_commit;  // gitCommit, may be empty
  std::string invocation_id;  // may be empty
  std::string description;    // for the screen: what was taken as builder
};

/// Flags of `provenance create` and `ship` that win over the environment.
struct ProvenanceOverrides {
  std::optional<std::string> builder_id, build_type, source_uri, source_commit, invocation_id;
};

/// GitHub Actions (GITHUB_ACTIONS=true), GitLab (GITLAB_CI=true), another CI (CI=true with
/// MPK_BUILDER_ID), else local: own namespace, no SLSA level claimed. Incomplete variables of a
/// recognised CI: usage, naming the variable. usage too: an override or MPK_… variable that has not
/// the form that SLSA asks for (URIs; a commit of 40 or 64 lower-case hexadecimal digits), and a
/// commit without a source.
Result<BuildContext> detect_build(const Env& env, const ProvenanceOverrides& overrides = {});

/// What a job of GitHub Actions cannot know of its variables, which name the workflow that was
/// called first: `job_workflow` ("OWNER/REPO/PATH@REF", as in the job's token and in the signer's
/// certificate) becomes the builder. Nothing happens where it is empty or the build is another's.
void set_job_workflow(BuildContext& build, std::string_view job_workflow);

/// in-toto wants a uri or a digest of it (ResourceDescriptor).
struct Material {
  std::string uri, name;
  std::string digest_algorithm, digest_value;  // may be empty
  Json annotations = nullptr;                  // an object, or null
};

/// What went in besides the source, and what came out besides the subject.
struct Materials {
  std::vector<Material> dependencies, byproducts;
};

/// The predicate. `started`/`finished` only where given. The dependencies become
/// resolvedDependencies after the source.
Json make_provenance(const BuildContext& build, const Materials& materials,
                     std::optional<Timestamp> started, std::optional<Timestamp> finished,
                     const std::string& mpk_version);

struct ProvenanceFacts {
  std::string builder_id, build_type, source_uri, source_commit, invocation_id;
};
/// Reads a predicate that somebody wrote. malformed: a required member is missing. The source is
/// the first dependency that says so: by git+, by gitCommit (where annotations.role says nothing
/// else), or by being externalParameters.source.
Result<ProvenanceFacts> read_provenance(const Json& predicate);

}  // namespace mpk::attest
