// The bytes that a CT log signs for a precertificate (RFC 6962 §3.2); shared by sct and issue_sct.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/certificate.hpp"

#include <cstdint>

namespace mpk::crypto {

/// The TBSCertificate without the extension `nid` (an OpenSSL number), lengths encoded anew.
/// malformed: there is no such extension, or more than one.
Result<Bytes> tbs_without_extension(const Certificate& certificate, int nid);

/// The input of the digitally-signed struct of an SCT v1 over a precertificate entry. malformed:
/// a part is longer than its length field can say.
Result<Bytes> sct_signed_input(std::uint64_t timestamp_ms, BytesView issuer_key_hash, BytesView tbs,
                               BytesView extensions);

}  // namespace mpk::crypto
