// Policy: who may sign, what must be attached and what it must say, read from a YAML file.
#pragma once

#include "base/digest.hpp"
#include "base/glob.hpp"
#include "base/result.hpp"
#include "crypto/key.hpp"
#include "json/value.hpp"
#include "sigstore/identity.hpp"
#include "sigstore/witness.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
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

/// Who must have signed one kind of statement. Where `signers` is empty: the policy's own signers,
/// `threshold` of them.
struct SignedBy {
  SignerList signers;
  std::size_t threshold = 1;
};

struct AttestationRule {
  std::string predicate_type;  // URI
  SignerList signers;          // empty: the policy's own signers
  std::size_t threshold = 1;   // how many of them must have signed
  std::size_t line = 0;
  std::optional<std::uint64_t> max_age;  // seconds since the newest proven time
};

/// A pattern of names: a glob of base/glob.hpp, kept with its text.
struct NamePattern {
  std::string text;
  Glob glob;
  bool matches(std::string_view name) const { return glob.matches(name); }
};
std::vector<std::string> texts(const std::vector<NamePattern>& patterns);
bool any_matches(const std::vector<NamePattern>& patterns, std::string_view name);

/// A value of a document: exactly this JSON value, or text that the pattern matches, or anything.
struct ExpectedParameter {
  std::string name;              // a member, or a JSON Pointer that starts with '/'
  std::optional<Json> value;     // compared as JSON
  std::optional<Regex> pattern;  // anchored; of strings
  std::string pattern_text;      // empty without pattern
  bool any = false;              // whatever it is, also when it is not there
};

struct Builder {
  sigstore::Matcher id;
  unsigned level = 0;      // the highest SLSA build level that it is trusted for, 0 to 3
  bool is_signer = false;  // its id must be the certificate's claim buildSignerURI
};

/// SLSA provenance v1 (slsa.dev/spec/v1.2/verifying-artifacts §"Check expectations").
struct ProvenanceRule {
  bool required = true;
  SignedBy signed_by;
  std::vector<Builder> builders;           // at least one
  unsigned level = 0;                      // SLSA build level that is asked for
  std::vector<sigstore::Matcher> sources;  // of the source dependency's URI; empty: any
  std::vector<std::string> build_types;    // empty: any
  /// nullopt: parameters are not looked at. Otherwise each one that is not listed is refused, and
  /// each listed one that is not `any` must be there.
  std::optional<std::vector<ExpectedParameter>> external_parameters;
  std::vector<NamePattern> dependencies_allowed;  // URIs of resolvedDependencies; empty: any
  std::vector<NamePattern> dependencies_denied;
  bool dependencies_need_digests = false;
  std::optional<std::uint64_t> max_age;
};

struct ProfileFloor {
  std::string profile;                    // of aibom/score.hpp
  std::optional<double> total, verified;  // percent
};

struct LicenseRule {
  std::vector<std::string> allowed;  // SPDX ids, or "LicenseRef-…"; empty: any that is not denied
  std::vector<std::string> denied;
  bool pedigree = true;  // base models are held to it, too
  bool unknown = false;  // whether no licence, or one without an SPDX id, is let pass
};

struct DatasetRule {
  std::vector<NamePattern> allowed;  // of name or purl; empty: any that is not denied
  std::vector<NamePattern> denied;
  bool governance = false;  // each must name a custodian, steward or owner
};

struct EvaluationFloor {
  std::string metric;                // CycloneDX performanceMetrics[].type
  std::optional<NamePattern> slice;  // of .slice; nullopt: whichever
  std::optional<double> least, most;
};

struct AgentRule {
  std::vector<NamePattern> servers, tools,
      scopes;  // an aiBOM may pin no others; tools as SERVER/TOOL
  bool servers_given = false, tools_given = false, scopes_given = false;
};

struct AibomRule {
  bool required = true;
  bool agrees_with_layers = true;
  std::optional<SignedBy> signed_by;
  std::vector<std::string> spec_versions;  // "1.6", "1.7"; empty: both
  std::vector<ProfileFloor> profiles;
  std::vector<std::string> verified_facts;    // words of verified_fact_words()
  std::optional<std::string> findings_below;  // "high": a finding as severe refuses
  std::optional<LicenseRule> licenses;
  std::optional<DatasetRule> datasets;
  std::vector<EvaluationFloor> evaluations;
  std::optional<AgentRule> agent;
  std::optional<std::uint64_t> max_age;
};

/// What lies in the layers.
struct ContentRule {
  std::vector<std::string> formats_allowed;  // of weights: "safetensors", "gguf", …; empty: any
  std::vector<std::string> formats_denied;
  bool scan_required = false;  // a test-result by mpk scan, PASSED
  bool scan_warnings = false;  // WARNED will do
  std::optional<SignedBy> scan_signed_by;
  std::optional<std::uint64_t> scan_max_age;
};

/// Base models that the aiBOM names by the digest of an artifact.
struct LineageRule {
  unsigned depth = 1;       // 1: the base models, 2: theirs, too
  bool unresolved = false;  // whether one that is no artifact of a registry is let pass
};

/// A verification summary (slsa.dev/spec/v1.2/verification_summary) in place of everything else.
struct VsaRule {
  struct Verifier {
    std::string id;
    SignedBy signed_by;
  };
  std::vector<Verifier> verifiers;  // at least one
  std::vector<std::string> levels;  // each must be reached
  std::vector<Digest> policies;     // digests of policies that count; this one's always does
  bool required = false;            // nothing else is looked at: without one it is refused
  std::optional<std::uint64_t> max_age;
};

struct WaiverRule {
  SignedBy signed_by;              // never empty: nobody waives by default
  std::vector<std::string> codes;  // that may be waived
  std::uint64_t max_age = 0;       // longest time from its signature to its end, seconds; 0: any
};

struct Denied {
  Digest digest;
  std::string reason;
};

/// What holds for one artifact: a whole file without `rules`, or one of its rules.
struct Policy {
  std::string name;
  Digest digest;  // of the PolicyFile
  std::string file;
  std::vector<NamePattern> match;  // of HOST/REPO; empty: every reference
  bool signature_required = true;
  std::optional<std::uint64_t> signature_max_age;
  SignerList signers;
  std::size_t threshold = 1;
  std::optional<unsigned> logs, timestamps;  // at least so many different ones
  std::optional<sigstore::WitnessQuorum> witnesses;
  std::vector<AttestationRule> attestations;
  std::optional<ProvenanceRule> provenance;
  std::optional<AibomRule> aibom;
  std::optional<ContentRule> content;
  std::optional<LineageRule> lineage;
  std::optional<VsaRule> vsa;
  std::optional<WaiverRule> waivers;
  std::vector<Denied> denied;
};

struct PolicyFile {
  std::string name;
  /// SHA-256 of the file, followed by each file that it names (keyFile), in their order, each once.
  Digest digest;
  std::string file;
  std::vector<std::filesystem::path> named_files;
  /// In the file's order; the first that matches counts. At least one.
  std::vector<Policy> rules;
  /// `repository`: HOST/REPO without tag or digest. nullptr: no rule is about it, which refuses.
  const Policy* rule_for(std::string_view repository) const;
};

/// Words that aibom.verified takes: "parameters", "quantization", …
const std::vector<std::string>& verified_fact_words();

/// usage, always with file:line:column: syntax, an unknown key or word (nearest suggested), another
/// apiVersion, no signers, a pattern that does not compile, a glob that no repository can match, an
/// identity without issuer, a claim that does not exist, a key that is none, is private or is there
/// twice, a threshold or quorum that nobody can reach, a rule that asks for nothing, one that no
/// reference reaches because an earlier one matches all. Reads the files that keyFile names.
/// docs/policy.md has every key.
Result<PolicyFile> parse_policy(std::string_view text, std::string_view file);

}  // namespace mpk::policy
