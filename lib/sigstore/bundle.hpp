// Sigstore bundles v0.1 to v0.3 (protobuf-specs, sigstore_bundle.proto); v0.3 is what mpk writes.
#pragma once

#include "attest/dsse.hpp"
#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "crypto/certificate.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::sigstore {

inline constexpr std::string_view kBundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";

struct InclusionProof {
  std::uint64_t log_index = 0, tree_size = 0;
  Bytes root_hash;
  std::vector<Bytes> hashes;
  std::string checkpoint;  // the note; empty in v0.1
};

struct LogEntry {
  std::uint64_t log_index = 0;
  Bytes log_id;
  std::string kind, version;
  std::int64_t integrated_time = 0;  // 0: none (Rekor v2)
  std::optional<Bytes> signed_entry_timestamp;
  std::optional<InclusionProof> proof;
  std::string canonicalized_body;
};

struct MessageSignature {
  std::optional<Digest> digest;  // a hint that must be true
  Bytes signature;
};

struct Bundle {
  std::string media_type;      // empty: it was no bundle (sigstore/legacy.hpp)
  unsigned minor_version = 3;  // 0.1 → 1, …
  // Verification material: a leaf (with what came along in v0.1/0.2) or a key hint.
  std::vector<crypto::Certificate> certificates;
  bool has_chain = false;  // as x509CertificateChain
  std::optional<std::string> key_hint;
  std::vector<LogEntry> log_entries;
  std::vector<Bytes> timestamps;  // whole TimeStampResp each
  // Content: exactly one of the two.
  std::optional<MessageSignature> message;
  std::optional<attest::Envelope> envelope;
  /// Of the envelope's own bytes, SHA-256, where they were kept (sigstore/legacy.hpp).
  std::optional<Digest> envelope_digest = {};
};

/// malformed: syntax, an unknown version or member, the version's own rules (v0.1 needs a promise,
/// ≥ v0.2 a proof with checkpoint), zero or several contents or DSSE signatures, a negative index;
/// too_large: over limits. Whether its certificates may be there is another question:
Result<Bundle> parse_bundle(std::string_view text);
/// malformed: a chain in v0.3, or a self-signed authority, which suggests another anchor than the
/// trusted root. `known`: the trusted root's own do no harm behind the leaf; npm's provenance of
/// 2023 has them. Where signers are judged by authorities of one's own none of this matters: they
/// are never taken from the bundle, and protobuf-specs keeps the chain in v0.3 for them.
Result<void> check_certificates(const Bundle& bundle,
                                const std::vector<crypto::Certificate>& known = {});
/// One LogEntry as it stands in a bundle (TransparencyLogEntry).
Result<LogEntry> read_log_entry(const json::Field& field);

/// What mpk writes: v0.3. Log entries go in verbatim, as the logs answered them.
struct BundleParts {
  attest::Envelope envelope;                       // not looked at when there is a message
  std::optional<crypto::Certificate> certificate;  // else key_hint
  std::string key_hint;
  std::optional<std::string> log_entry;  // JSON text
  std::vector<Bytes> timestamps;
  /// A signature of a file or model instead of a statement; with its digest.
  std::optional<MessageSignature> message = {};
  std::vector<std::string> further_log_entries = {};  // of other logs
  /// What follows `certificate` on the way to the root, without it: then the bundle has
  /// x509CertificateChain, as OpenSSF Model Signing asks for; others want the leaf alone.
  std::vector<crypto::Certificate> intermediates = {};
  bool whole_chain = false;  // x509CertificateChain even without intermediates
};
Result<std::string> make_bundle(const BundleParts& parts);

}  // namespace mpk::sigstore
