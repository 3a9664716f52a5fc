// Signed certificate timestamps embedded in a certificate (RFC 6962 §3.2, §3.3).
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/certificate.hpp"

#include <optional>
#include <vector>

namespace mpk::crypto {

struct CtLog {
  Bytes id;  // SHA-256 of the SPKI
  PublicKey key;
  Timestamp valid_from;
  std::optional<Timestamp> valid_to;  // both ends inclusive
};

struct VerifiedSct {
  Bytes log_id;
  Timestamp time;
};

/// The SCTs of `leaf` that one of `logs` really signed for (leaf, issuer) inside that log's
/// validity. Never an empty list: malformed when the certificate has no SCT list; untrusted when
/// none verifies, saying for the first SCT why (unknown log, outside the log's validity, bad
/// signature). SCT extensions are part of what is signed.
Result<std::vector<VerifiedSct>> verify_scts(const Certificate& leaf, const Certificate& issuer,
                                             const std::vector<CtLog>& logs);

}  // namespace mpk::crypto
