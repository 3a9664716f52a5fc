// What OpenSSL's decoder lets pass in a time-stamp although no encoding rule allows it.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace mpk::crypto {

/// Each SEQUENCE, each SET and the signed attributes of a CMS signature are constructed (X.690
/// §8.9.1, §8.11.1, RFC 5652 §5.3). malformed otherwise. Contents of indefinite length are not
/// looked into. `der` is one that OpenSSL has decoded.
Result<void> check_constructed(BytesView der);

}  // namespace mpk::crypto
