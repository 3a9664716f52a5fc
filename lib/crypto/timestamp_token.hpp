// A parsed TimeStampResp (RFC 3161 §2.4.2): what it claims, nothing of it believed yet.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/openssl.hpp"

#include <openssl/ts.h>

#include <optional>

namespace mpk::crypto {

using TsResponseHandle = Handle<TS_RESP, TS_RESP_free>;

struct TimestampToken {
  TsResponseHandle response;  // owns the other two
  PKCS7* signed_data;
  TS_TST_INFO* info;
  Timestamp time;  // genTime
};

/// All of `response`, granted, with a token of version 1. malformed; untrusted when refused.
Result<TimestampToken> parse_timestamp_response(BytesView response);

/// The token is about `message` (by SHA-256, -384 or -512) and, when asked, holds `nonce`.
/// mismatch; untrusted for another hash.
Result<void> check_timestamp_claims(const TimestampToken& token, BytesView message,
                                    const std::optional<Bytes>& nonce);

}  // namespace mpk::crypto
