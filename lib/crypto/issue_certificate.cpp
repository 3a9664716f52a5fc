// Issuing certificates: the tbsCertificate of a request, signed (RFC 5280 §4.1).
#include "crypto/issue_builder.hpp"
#include "crypto/issue_extensions.hpp"

namespace mpk::crypto {
namespace {

using TimeHandle = Handle<ASN1_TIME, ASN1_TIME_free>;

Result<void> set_serial(X509* certificate) {
  const BnHandle number(BN_new());
  // 127 bits with the top one set: 16 bytes, positive, never zero (RFC 5280 §4.1.2.2).
  if (!number || BN_rand(number.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) != 1 ||
      BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) == nullptr) {
    return openssl_error(ErrorKind::internal, "serial number cannot be made");
  }
  return {};
}

Result<void> set_validity(X509* certificate, Timestamp not_before, Timestamp not_after) {
  // ASN1_TIME_set chooses UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 wants it.
  const TimeHandle first(ASN1_TIME_set(nullptr, not_before.seconds()));
  const TimeHandle last(ASN1_TIME_set(nullptr, not_after.seconds()));
  if (!first || !last || X509_set1_notBefore(certificate, first.get()) != 1 ||
      X509_set1_notAfter(certificate, last.get()) != 1) {
    return openssl_error(ErrorKind::usage, "certificate request has an impossible validity");
  }
  return {};
}

Result<void> set_names(X509* certificate, const CertificateRequest& request, const Issuer& issuer) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  const auto append = [subject](int nid, const std::string& text) {
    return text.empty() ||
           X509_NAME_add_entry_by_NID(subject, nid, MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(text.data()),
                                      static_cast<int>(text.size()), -1, 0) == 1;
  };
  if (!append(NID_organizationName, request.organization) ||
      !append(NID_commonName, request.common_name)) {
    return openssl_error(ErrorKind::usage, "certificate request has an impossible subject");
  }
  const X509_NAME* name =
      issuer.certificate ? X509_get_subject_name(issuer.certificate->native()) : subject;
  if (X509_set_issuer_name(certificate, name) != 1) {
    return openssl_error(ErrorKind::internal, "issuer name cannot be set");
  }
  return {};
}

}  // namespace

Result<X509Handle> build_certificate(const CertificateRequest& request, const Issuer& issuer) {
  const PublicKey signer = issuer.key.public_key();
  const PublicKey expected =
      issuer.certificate ? TRY(issuer.certificate->public_key()) : request.key;
  if (!(signer == expected)) {
    return Error(ErrorKind::usage, issuer.certificate
                                       ? "issuer's key does not belong to its certificate"
                                       : "self-signed certificate is not signed by its own key");
  }
  X509Handle certificate(X509_new());
  if (!certificate || X509_set_version(certificate.get(), X509_VERSION_3) != 1 ||
      X509_set_pubkey(certificate.get(), request.key.native()) != 1) {
    return openssl_error(ErrorKind::internal, "certificate cannot be made");
  }
  TRY(set_serial(certificate.get()));
  TRY(set_validity(certificate.get(), request.not_before, request.not_after));
  TRY(set_names(certificate.get(), request, issuer));
  TRY(add_extensions(certificate.get(), request, issuer));
  return certificate;
}

Result<Certificate> sign_certificate(X509* certificate, const PrivateKey& key) {
  const EVP_MD* digest =
      key.type() == KeyType::ed25519 ? nullptr : openssl_digest(default_hash(key.type()));
  if (X509_sign(certificate, key.native(), digest) <= 0) {
    return openssl_error(ErrorKind::internal, "certificate cannot be signed");
  }
  return Certificate::from_der(encode_der(i2d_X509, certificate));
}

Result<Certificate> issue_certificate(const CertificateRequest& request, const Issuer& issuer) {
  const X509Handle certificate = TRY(build_certificate(request, issuer));
  return sign_certificate(certificate.get(), issuer.key);
}

}  // namespace mpk::crypto
