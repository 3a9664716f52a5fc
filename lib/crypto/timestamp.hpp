// RFC 3161 time-stamps: make a request, verify a response against trusted authorities.
#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/certificate.hpp"

#include <optional>
#include <vector>

namespace mpk::crypto {

/// TimeStampReq DER, version 1, certReq as asked, `nonce` big-endian (empty: none).
Result<Bytes> make_timestamp_request(const Digest& imprint, BytesView nonce,
                                     bool want_certificates);

struct TimestampAuthority {
  std::vector<Certificate> chain;  // leaf (may be missing), intermediates, root last
  Timestamp valid_from;
  std::optional<Timestamp> valid_to;  // both ends inclusive
  std::string uri;                    // for reports
  std::string operated_by = {};       // the same; empty: not named
};

struct VerifiedTimestamp {
  Timestamp time;            // TSTInfo.genTime
  std::string authority;     // uri of the authority that vouches for it
  Bytes signer_fingerprint;  // SHA-256 of the signer's certificate: distinct authorities count
  std::string operated_by = {};
};

/// `response`: a whole TimeStampResp. Granted; CMS signature by a certificate that chains to one of
/// `authorities` at genTime; signer is no CA, EKU critical and exactly timeStamping; imprint equals
/// the hash of `message` (SHA-256/384/512); genTime inside the authority's validity; nonce equal if
/// given. Embedded certificates are no anchors or links, but well-formed, and the signer's is
/// there. malformed: not a TimeStampResp; mismatch: imprint or nonce; untrusted; expired: outside a
/// validity.
Result<VerifiedTimestamp> verify_timestamp(BytesView response, BytesView message,
                                           const std::vector<TimestampAuthority>& authorities,
                                           std::optional<Bytes> nonce = std::nullopt);

}  // namespace mpk::crypto
