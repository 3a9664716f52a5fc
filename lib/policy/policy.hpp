// Policy: who may sign and what must be attached, read from a YAML file (apiVersion mpk/v1).
#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"
#include "crypto/key.hpp"
#include "sigstore/identity.hpp"
#include "sigstore/witness.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::policy {

/// Who may sign: identities that a certificate proves, and public keys.
struct SignerList {
  std::vector<sigstore::IdentityMatcher> identities;
  std::vector<crypto::PublicKey> keys;  // none twice
  std::size_t size() const { return identities.size() + keys.size(); }
  bool empty() const { return size() == 0; }
};

struct AttestationRule {
  std::string predicate_type;  // URI
  SignerList signers;          // empty: the policy's own signers
  std::size_t threshold = 1;   // how many of them must have signed
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
  SignerList signers;
  std::size_t threshold = 1;
  std::optional<unsigned> logs, timestamps;  // at least so many different ones
  std::optional<sigstore::WitnessQuorum> witnesses;
  std::vector<AttestationRule> attestations;
  std::optional<AibomRule> aibom;
};

/// usage, always with file:line:column: syntax, an unknown key (nearest suggested), another
/// apiVersion, no signers, a pattern that does not compile, an identity without issuer, a claim
/// that does not exist (nearest suggested), a key that is none, is private or is there twice, a
/// threshold or quorum that nobody can reach. Reads the files that keyFile names.
///
///   apiVersion: mpk/v1
///   name: prod
///   signers:
///     - issuer: https://token.actions.githubusercontent.com
///       identity: https://github.com/acme/train/.github/workflows/train.yml@refs/tags/v1
///       # or issuerPattern / identityPattern: RE2, anchored
///       claims: {sourceRepositoryURI: https://github.com/acme/train}   # optional; claimPatterns:
///       RE2
///     - key: |                       # PEM
///         -----BEGIN PUBLIC KEY-----
///     - keyFile: release.pub         # from the policy's directory on
///   threshold: 1                     # of the signers, each by an identity or key of its own
///   evidence:                        # optional
///     logs: 1
///     timestamps: 1
///     witnesses: {quorum: 2, keys: [witness.example+1e2f…+BA…, …]}
///   attestations:
///     - type: slsaprovenance1        # short name or URI
///       signers: […]                 # optional; default: the signers above, with their threshold
///       threshold: 1
///   aibom:
///     required: true
///     agreesWithLayers: true
Result<Policy> parse_policy(std::string_view text, std::string_view file);

}  // namespace mpk::policy
