// Rules: one check from evidence: a signature, an attestation of a type, an aiBOM that agrees.
#pragma once

#include "aibom/agree.hpp"
#include "flow/evidence.hpp"
#include "modelpack/artifact.hpp"
#include "policy/policy.hpp"
#include "policy/verdict.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::flow {

/// Whose word counts.
struct Signers {
  std::vector<sigstore::IdentityMatcher> allowed;
  std::vector<Digest> keys = {};  // fingerprints
  /// So many different signers must have signed: each entry of `allowed` and `keys` counts once,
  /// and each identity and key once.
  std::size_t threshold = 1;
};

struct Rule {
  std::string id, label;       // of the check
  std::string predicate_type;  // URI; empty: a signature of a file's bytes, which states nothing
  Signers signers;
  int missing_exit_code = 1;
  std::string missing_code, missing_message, missing_hint;
  /// A bundle whose newest proven time is before it, or that has none, does not count.
  std::optional<Timestamp> oldest = {};
};

/// Of Rule: a `max_age` in seconds, seen from now.
std::optional<Timestamp> oldest(const std::optional<std::uint64_t>& max_age, Timestamp now);

struct RuleOutcome {
  policy::Check check;
  /// The verified bundles of the rule's type by an allowed signer, newest proven time first.
  std::vector<const CheckedBundle*> accepted;
};

/// Whether a statement's type is the one that is asked for; CycloneDX also in its versioned form.
bool same_type(std::string_view found, std::string_view wanted);

/// pass: at least one bundle of the type verifies, is by an allowed signer and not too old.
/// Otherwise the most telling failure: one that is too old before a broken proof before a foreign
/// identity, 13 when nothing of it could be parsed, `missing_exit_code` when nothing of that type
/// is attached.
RuleOutcome apply_rule(const Rule& rule, const std::vector<CheckedBundle>& bundles);

/// A failure that something else makes up for: it is skipped, and says that it does not count.
void leave_out(policy::Check& check);

/// What an aiBOM must agree with.
struct Described {
  const std::vector<modelpack::LayerFile>& layers;
  const aibom::ArchiveFiles& archives;  // of the layers whose content was read
  const Digest& manifest;
  std::string_view manifest_bytes;
};

/// Whether a verified aiBOM names a SHA-512: what is read of the layers is then hashed by it, too.
bool needs_sha512(const std::vector<CheckedBundle>& bundles);

/// The aiBOM's own checks: valid (21), agrees with the layers (22), says what the rule asks for.
void check_aibom(const CheckedBundle& bundle, const Described& described,
                 const policy::AibomRule& rule, policy::Verdict& verdict);

/// What a verified provenance says, for the verdict: "builder", "buildType", "source", …
std::map<std::string, std::string> provenance_facts(const Json& predicate);

/// Who signed a verified bundle: equal for bundles of one key, or of one identity.
std::string signer_of(const CheckedBundle& bundle);

/// "ci@example.com · issuer https://… · signed 2026-11-20 14:03 UTC"
std::string proven_by(const CheckedBundle& bundle);

}  // namespace mpk::flow
