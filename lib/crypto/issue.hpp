// Issuing: what a small certificate authority, CT log and TSA need (sandbox and tests only).
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/certificate.hpp"
#include "crypto/key.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mpk::crypto {

struct Extension {
  std::string oid;
  Bytes value;  // DER, the contents of the OCTET STRING
  bool critical = false;
};

struct CertificateRequest {
  std::string common_name;  // empty subject when both are empty
  std::string organization;
  PublicKey key;
  Timestamp not_before, not_after;
  bool ca = false;
  std::optional<int> path_length;                  // with ca
  bool digital_signature = false;                  // key usage; a CA gets keyCertSign and cRLSign
  bool code_signing = false;                       // EKU, not critical
  bool time_stamping = false;                      // EKU, critical and alone
  std::optional<SubjectAltName> subject_alt_name;  // critical when the subject is empty
  std::vector<Extension> extensions;
};

struct Issuer {
  PrivateKey key;
  std::optional<Certificate> certificate;  // none: self-signed, key must be the request's own
};

/// Random 16-byte serial, SKI and AKI, SHA-2 of the issuer's key. Thread-safe.
Result<Certificate> issue_certificate(const CertificateRequest& request, const Issuer& issuer);

/// Signs a precertificate (poison 1.3.6.1.4.1.11129.2.4.3), hands it to `submit` (which returns the
/// SignedCertificateTimestamps, each a serialized SCT of RFC 6962 §3.2), and issues the same
/// certificate with the SCT list embedded instead.
Result<Certificate> issue_with_scts(
    const CertificateRequest& request, const Issuer& issuer,
    const std::function<Result<std::vector<Bytes>>(const Certificate& precertificate)>& submit);

/// What a CT log signs and returns for a precertificate (RFC 6962 §3.2): TBS without the poison,
/// issuer key hash, `extensions` carried along. Log key: ECDSA P-256.
struct SignedSct {
  Bytes serialized;  // the SCT structure: version, id, timestamp, extensions, signature
  Bytes id;
  std::int64_t timestamp_ms;
  Bytes signature;  // digitally-signed struct: 04 03 ‖ u16 length ‖ DER
};
Result<SignedSct> sign_sct(const Certificate& precertificate, const PublicKey& issuer_key,
                           const PrivateKey& log_key, Timestamp now, BytesView extensions = {});

/// The key and self-signature of a PEM or DER PKCS#10 request (Fulcio's CSR form).
Result<PublicKey> verify_csr(std::string_view pem);
/// PEM PKCS#10 with an empty subject, signed by `key`.
Result<std::string> make_csr(const PrivateKey& key);

/// TimeStampResp DER for a TimeStampReq: granted, genTime = `now`, policy 1.3.6.1.4.1.57264.2,
/// ESSCertIDv2, nonce echoed, certificates only when asked for. malformed: not a request.
Result<Bytes> make_timestamp_response(BytesView request, const PrivateKey& key,
                                      const std::vector<Certificate>& chain, Timestamp now);

}  // namespace mpk::crypto
