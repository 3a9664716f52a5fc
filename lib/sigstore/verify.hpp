// verify: the Sigstore client specification, offline, step by step, into a report.
#pragma once

#include "attest/statement.hpp"
#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/certificate.hpp"
#include "crypto/key.hpp"
#include "sigstore/bundle.hpp"
#include "sigstore/identity.hpp"
#include "sigstore/trusted_root.hpp"
#include "sigstore/witness.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::sigstore {

/// One step of the specification. Codes are stable: docs/checks.md lists them.
struct Step {
  enum class Result { pass, fail, skip };
  std::string id;  // "bundle.form", "key", "time.tsa", "time.log", "certificate.chain",
                   // "certificate.sct", "certificate.identity", "log.inclusion", "log.witness",
                   // "log.entry", "signature", "subject"
  Result result;
  std::string code;     // of a failure: "timestamp-imprint-mismatch", "checkpoint-signature", …
  std::string message;  // one line
  std::vector<std::string> expected;
  std::string found;
  std::string hint;
};

struct ProvenTime {
  std::string source;  // "tsa", "log"
  std::string authority;
  Timestamp time;
};
struct ProvenLog {
  std::string log;  // origin
  std::uint64_t index = 0;
};

/// Proven facts only; callers never look at the raw bundle again.
struct Verified {
  Identity identity;  // empty for a bare key
  /// SHA-256 of the SPKI, where a key was named and it signed.
  std::optional<Digest> key;
  std::vector<std::string> witnesses;  // that cosigned a proven entry's checkpoint
  std::vector<ProvenTime> times;
  std::vector<ProvenLog> logs;
  std::optional<attest::Statement> statement;  // of a DSSE bundle
};

struct Report {
  std::vector<Step> steps;           // in the specification's order
  std::optional<Verified> verified;  // only when no step failed
  bool malformed = false;            // the bundle could not be parsed (exit code 13)
  const Step* first_failure() const;
};

/// How much evidence is needed. Zero values are strict: what the trusted root lists is required
/// (CT logs → an SCT, transparency logs → an entry, timestamp authorities and no log time → a
/// timestamp).
struct Evidence {
  bool insecure_ignore_sct = false;
  bool insecure_ignore_tlog = false;
  bool insecure_ignore_timestamp = false;
  /// How many different ones must hold, whatever the trusted root lists; those of one operator
  /// count once where the trusted root names it. Not given: one of what is required.
  std::optional<unsigned> logs = {}, timestamps = {};
  /// Each quorum must have cosigned the checkpoint of a log entry.
  std::vector<WitnessQuorum> witnesses = {};
};

struct Expectation {
  /// What the signature must be about: the digest of an artifact (any statement subject, or the
  /// message itself).
  Digest artifact;
  /// Who may have signed. Empty: every identity fails (there is no "anyone").
  std::vector<IdentityMatcher> identities;
  /// For callers that match the proven identity themselves, rule by rule (policies, tree): the step
  /// certificate.identity then only reads it. Never set by a command's own verdict.
  bool any_identity_judged_later = false;
  /// The signer's public key (--key). A bundle with a certificate must then be of this key, and its
  /// identity is not asked for. Without a trusted root (an empty one) no log or timestamp is.
  std::optional<crypto::PublicKey> key = {};
  /// Roots of one's own CA (--certificate-chain), which replace the trusted root's authorities: no
  /// SCT is asked for, the leaf must be valid at each proven time, without one at `now`, may come
  /// with its intermediates, and may not issue others unless it is one of these and self-signed.
  std::vector<crypto::Certificate> anchors = {};
  /// Digests of the same artifact by other algorithms, where its bytes are at hand.
  std::vector<Digest> other_digests = {};
  /// Its bytes, where they are at hand: only pure Ed25519 over a file needs them.
  std::optional<BytesView> content = {};
  /// What older signers signed of this statement instead of its DSSE encoding, where a format has
  /// such a history (oms/bundle_form.hpp): accepted, too.
  std::optional<std::string> historical_message = {};
};

/// Never opens a socket, never looks at the clock but for the sanity check that no proven time lies
/// in the future of `now` (+5 minutes). All steps that can run do run, so the report is complete.
Report verify_bundle(std::string_view bundle_text, const Expectation& expectation,
                     const TrustedRoot& root, const Evidence& evidence, Timestamp now);

/// The report of a bundle that could not be read.
Report unreadable_report(const Error& error);

/// The same of a bundle that was read already, or of the same evidence in another carrier (cosign's
/// tags).
Report verify_read_bundle(const Bundle& bundle, const Expectation& expectation,
                          const TrustedRoot& root, const Evidence& evidence, Timestamp now);

}  // namespace mpk::sigstore
