// Policy: who may sign and what must be attached, read from a YAML file (apiVersion mpk/v1).
#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"
#include "sigstore/identity.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::policy {

struct AttestationRule {
  std::string predicate_type;                      // URI
  std::vector<sigstore::IdentityMatcher> signers;  // empty: the policy's own signers
  std::size_t line = 0;
};

struct AibomRule {
  bool required = true;
  bool agrees_with_layers = true;
};

struct Policy {
  std::string name;
  Digest digest;  // SHA-256 of the file
  std::string file;
  bool signature_required = true;
  std::vector<sigstore::IdentityMatcher> signers;
  std::vector<AttestationRule> attestations;
  std::optional<AibomRule> aibom;
  std::size_t signers_line = 0;
};

/// usage, always with file:line:column: syntax, an unknown key (nearest suggested), another
/// apiVersion, no signers, a pattern that does not compile, an identity without issuer.
///
///   apiVersion: mpk/v1
///   name: prod
///   signers:
///     - issuer: https://token.actions.githubusercontent.com
///       identity: https://github.com/acme/train/.github/workflows/train.yml@refs/tags/v1
///       # or issuerPattern / identityPattern: RE2, anchored
///   attestations:
///     - type: slsaprovenance1        # short name or URI
///       signers: […]                 # optional; default: the signers above
///   aibom:
///     required: true
///     agreesWithLayers: true
Result<Policy> parse_policy(std::string_view text, std::string_view file);

}  // namespace mpk::policy
