// The unsigned certificate of a request, and its signing; shared by issue_certificate and
// issue_sct.
#pragma once

#include "base/result.hpp"
#include "crypto/issue.hpp"
#include "crypto/openssl.hpp"

namespace mpk::crypto {

/// Everything but the signature, so that a precertificate and its certificate share every byte.
Result<X509Handle> build_certificate(const CertificateRequest& request, const Issuer& issuer);

/// Signs `certificate` (again) in place.
Result<Certificate> sign_certificate(X509* certificate, const PrivateKey& key);

}  // namespace mpk::crypto
