// ES256 signatures of JSON Web Signatures (RFC 7518 §3.4) from and to the DER form of X.509.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace mpk::sandbox {

/// SEQUENCE{r, s} of P-256 → r ‖ s, 64 bytes. malformed: another form.
Result<Bytes> es256_from_der(BytesView der);
/// malformed: not 64 bytes.
Result<Bytes> es256_to_der(BytesView raw);

}  // namespace mpk::sandbox
