// The steps of verify and what they hand to each other; only for the sources of verify_bundle.
#pragma once

#include "crypto/key.hpp"
#include "sigstore/verify.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::sigstore {

inline constexpr std::string_view kOtherInstance =
    "was this signed with another Sigstore instance? then give its --trusted-root FILE, or keep it "
    "with mpk trust import FILE NAME and give --instance NAME (GitHub has its own for private "
    "repositories: gh attestation trusted-root)";

/// Why a step failed.
struct Problem {
  std::string code;
  std::string message;
  std::vector<std::string> expected = {};
  std::string found = {};
  std::string hint = {};
};

Step passed(std::string id, std::string message);
Step skipped(std::string id, std::string why);
Step failed(std::string id, Problem problem);

/// Whose word a piece of evidence is: what `operated_by` names once counts once.
struct Source {
  std::string operated_by, name;
};

struct ProvenEntry {
  std::size_t index = 0;  // in the bundle
  Source log;
};

/// One bundle under examination. The references are the inputs, the rest is found step by step.
struct Case {
  const Bundle& bundle;
  const Expectation& expectation;
  const TrustedRoot& root;
  const Evidence& evidence;
  Timestamp now;

  std::optional<crypto::PublicKey> key = {};       // the certificate's, or the one that was named
  std::string pae = {};                            // of a DSSE bundle: what is signed
  std::optional<Digest> message_digest = {};       // of a message: what is signed, as far as known
  std::optional<crypto::Certificate> issuer = {};  // of the leaf
  bool chain_holds = false;                        // at every proven time
  bool signature_holds = false;
  std::vector<bool> promise_holds = {};  // per log entry
  std::vector<ProvenEntry> proven_entries = {};
  Verified facts = {};

  const crypto::Certificate* leaf() const;
  BytesView signature() const;
  /// What the artifact is known by, in that algorithm.
  const Digest* known_digest(DigestAlgorithm algorithm) const;
  /// The trusted root's authorities vouch for the signer; else a key or authority was named.
  bool by_trusted_root() const;
};

// steps_content.cpp
Step check_key(Case& c);
/// Whether the signature holds over a digest or the PAE; also settles `message_digest`.
Step check_signature(Case& c);
Step check_subject(Case& c);

// steps_time.cpp
Step check_timestamps(Case& c);
Step check_log_times(Case& c);

// steps_certificate.cpp
Step check_chain(Case& c);
Step check_sct(Case& c);
Step check_identity(Case& c);

// steps_log.cpp
Step check_inclusion(Case& c);
/// The logs that an entry may come from, in the trusted root's order.
std::vector<const TransparencyLog*> logs_of(const Case& c, const LogEntry& entry);
/// Why the log steps are not run; empty when they are.
std::string why_no_log(const Case& c);
/// How many different ones there are.
std::size_t count_different(const std::vector<Source>& sources);

// steps_witness.cpp
Step check_witnesses(Case& c);

// steps_entry.cpp
Step check_entries(Case& c);

}  // namespace mpk::sigstore
