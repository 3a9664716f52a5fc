// Verdict: one document for people, CI and admission: every check, its evidence, the exit code.
#pragma once

#include "base/digest.hpp"
#include "json/value.hpp"
#include "policy/pinned_server.hpp"
#include "sigstore/verify.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::policy {

enum class CheckResult { pass, fail, skip };

struct Check {
  std::string id;     // "signature", "aibom.valid", "aibom.layers", "attestation:<type>", …
  std::string label;  // first word on the screen: "signature", "aibom", "provenance"
  CheckResult result = CheckResult::skip;
  std::string code;  // stable, of a failure
  std::string message;
  std::vector<std::string> expected;
  std::string found;
  std::string evidence;  // digest of the bundle, may be empty
  std::string hint;
  int exit_code = 0;  // what this failure alone would end with
};

/// The exit code of what could not be decided: network, registry, time-out.
inline constexpr int kUndecided = 3;

struct EvidenceItem {
  std::string type;  // "signature", "attestation"
  std::string predicate_type, bundle, referrer;
  bool verified = false;
  std::string problem;  // first failed step, when not verified
  sigstore::Identity identity;
  std::string key;  // digest of the public key, where a key was named and it signed
  std::vector<sigstore::ProvenTime> times;
  std::vector<sigstore::ProvenLog> logs;
  std::vector<std::string> witnesses;
  std::vector<sigstore::Step> steps;
};

/// A base model that was followed.
struct Ancestor {
  std::string reference;  // by digest; of one that is no artifact, its name
  unsigned depth = 1;
  std::string result;  // "passed", "refused", "undecided", "unresolved"
};

struct Verdict {
  enum class Outcome { passed, refused, undecided };
  /// What was judged: all that is asked of the artifact, one type of attestation, one bundle.
  enum class Scope { artifact, attestation, bundle };
  std::string reference, media_type, artifact_type;
  std::optional<Digest> digest;
  Scope scope = Scope::artifact;
  std::string scope_type;  // predicate type, of the two narrower scopes
  std::optional<Digest> trusted_root;
  std::vector<std::string> insecure;  // evidence that was not asked for: "sct", "tlog", "timestamp"
  std::string policy_name;
  std::optional<Digest> policy_digest;
  std::vector<Check> checks;
  std::vector<EvidenceItem> evidence;
  std::map<std::string, std::string> model_facts, provenance_facts;
  std::vector<std::string> licenses;
  std::size_t aibom_files = 0, aibom_matching = 0;
  std::map<std::string, std::pair<double, double>> aibom_scores;  // percent: total, verified
  std::vector<Ancestor> lineage;
  /// That the newest accepted aiBOM pins; nullopt: none was read. Not part of the document.
  std::optional<std::vector<PinnedServer>> servers;
  /// The predicate of the provenance that a CI vouches for, JSON. Not part of the document.
  std::optional<std::string> provenance;
  std::uint64_t requests = 0, bytes_read = 0, duration_ms = 0;

  Outcome outcome() const;
  /// 0, or by precedence: a definite refusal beats "could not decide" (3); among refusals
  /// 11, 10, 13, 12, 23, 20, 21, 22, 1.
  int exit_code() const;
  /// The first failure with this exit code; nullptr: none.
  const Check* decisive() const;
};

/// "passed", "refused", "undecided"
std::string_view to_string(Verdict::Outcome outcome);

/// {"kind":"Verdict","version":1,…}; every list is there even when empty (docs/verdict.md and its
/// JSON Schema schemas/aibom/verdict.schema.json).
Json to_json(const Verdict& verdict);

/// The exit code that wins among those of failed checks.
int winning_exit_code(const std::vector<int>& codes);

}  // namespace mpk::policy
