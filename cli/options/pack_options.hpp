// Options and output that ship, pack, push and the aiBOM share.
#pragma once

#include "aibom/spec_version.hpp"
#include "attest/slsa_provenance.hpp"
#include "flow/pack.hpp"
#include "json/value.hpp"
#include "option_set.hpp"
#include "session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::cli {

struct PackFlags {
  std::optional<std::string> modelfile, created;
  void add_to(OptionSet& set);
  Result<flow::PackRequest> request(const std::string& directory, Session& session) const;
};

/// Help of --no-cache, of those that have it.
inline constexpr const char* kNoCacheHelp =
    "Read and hash every file, also those that did not change since the last time";

/// --spec-version and --hash, of those that write an aiBOM.
struct AibomFlags {
  std::optional<std::string> spec_version, hash;
  void add_to(OptionSet& set);
  Result<aibom::SpecVersion> version() const;
  /// Whether SHA-512 is wanted beside SHA-256.
  Result<bool> sha512() const;
};

struct ProvenanceFlags {
  std::optional<std::string> builder_id, build_type, source_uri, source_commit, invocation_id;
  void add_to(OptionSet& set);
  attest::ProvenanceOverrides overrides() const;
};

/// [{"path": …, "kind": …, "size": …, "digest": …}]
Json files_json(const std::vector<modelpack::ModelFile>& files);
/// {"files": […], "findings": […], "ignored": […]}
Json packed_json(const modelpack::PackOutcome& packed);
/// [{"severity": …, "code": …, "path": …, "pointer": …, "message": …, "fix": …}]
Json findings_json(const model::ModelInfo& info);
/// One warning for what looks like a secret; the rest is said with --verbose.
void say_ignored(const std::vector<std::string>& ignored, Session& session);
void say_findings(const model::ModelInfo& info, Session& session);
/// "medium: README.md: the card says …"
std::string finding_line(const model::Finding& finding);

}  // namespace mpk::cli
