// TrustedRoot: whose certificates, logs and timestamps count (protobuf-specs,
// sigstore_trustroot.proto).
#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/certificate.hpp"
#include "crypto/key.hpp"
#include "crypto/sct.hpp"
#include "crypto/timestamp.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace mpk::sigstore {

/// A closed interval; a missing end is open.
struct Validity {
  Timestamp start;
  std::optional<Timestamp> end;
  bool contains(Timestamp t) const { return start <= t && (!end || t <= *end); }
};

struct TransparencyLog {
  std::string base_url;
  std::string origin;  // the host of base_url: no port, no path
  Bytes log_id;        // logId.keyId
  crypto::PublicKey key;
  Validity valid_for;
  std::string operated_by = {};  // empty: not named
};

struct CertificateAuthority {
  std::string uri;
  std::vector<crypto::Certificate> chain;  // intermediates, root last
  Validity valid_for;
};

struct TrustedRoot {
  std::vector<TransparencyLog> tlogs;
  std::vector<CertificateAuthority> certificate_authorities;
  std::vector<crypto::CtLog> ctlogs;
  std::vector<crypto::TimestampAuthority> timestamp_authorities;
  std::vector<std::string> warnings;  // keys that could not be used, by name
  Digest digest;                      // SHA-256 of the file, for reports
  /// Logs with a key that mpk can't use: what is listed is required, and a log that can't be
  /// checked is no reason to ask for less.
  std::size_t unusable_tlogs = 0, unusable_ctlogs = 0;
};

/// All four media types. malformed: form, base64, certificates; a log key without validFor.start.
/// A key of a kind that mpk can't use is left out with a warning, never fatal.
Result<TrustedRoot> parse_trusted_root(std::string_view text);

/// Begins to verify the authorities that are valid `now` by each other, on a thread of its own.
std::jthread prepare_authorities(const TrustedRoot& root, Timestamp now);

/// The public instance's root that is embedded, with its origin and date.
struct EmbeddedRoot {
  std::string_view text;
  std::string_view origin;  // "sigstore/root-signing, trusted_root.json"
  std::string_view date;
};
const EmbeddedRoot& embedded_trusted_root();
const EmbeddedRoot& embedded_signing_config();  // Rekor v2 first

}  // namespace mpk::sigstore
