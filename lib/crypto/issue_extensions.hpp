// The X.509 extensions that a certificate request asks for (RFC 5280 §4.2).
#pragma once

#include "base/result.hpp"
#include "crypto/issue.hpp"

struct x509_st;

namespace mpk::crypto {

/// Key usage, extended key usage, basic constraints, key identifiers, alternative name, then the
/// request's own extensions, in this order. `certificate` has its subject and key already.
Result<void> add_extensions(x509_st* certificate, const CertificateRequest& request,
                            const Issuer& issuer);

}  // namespace mpk::crypto
