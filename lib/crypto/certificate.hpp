// Certificate: a read-only view of an X.509 certificate (RFC 5280).
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/key.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct x509_st;  // OpenSSL's X509

namespace mpk::crypto {

struct SubjectAltName {
  enum class Type { email, uri, dns, other_name, other };
  Type type;
  std::string value;  // other_name: Fulcio's UTF8String (OID 1.3.6.1.4.1.57264.1.7)
};

/// Immutable and thread-safe; copies share the certificate.
class Certificate {
 public:
  /// Exactly one certificate, no trailing bytes. malformed otherwise.
  static Result<Certificate> from_der(BytesView der);
  /// Of bytes that from_der() is known to take, as those of the embedded trusted root (a test says
  /// so): decoded when it is first looked into.
  static Certificate known(Bytes der);
  static Result<Certificate> from_pem(std::string_view pem);
  /// One or more concatenated PEM certificates, in order.
  static Result<std::vector<Certificate>> list_from_pem(std::string_view pem);

  const Bytes& der() const { return der_; }
  std::string pem() const;
  Result<PublicKey> public_key() const;

  Timestamp not_before() const;
  Timestamp not_after() const;
  /// RFC 2253, for messages.
  std::string subject() const;
  std::string issuer() const;
  /// Empty when there is none.
  std::string common_name() const;
  std::string organization() const;
  std::string serial_hex() const;

  bool is_ca() const;
  bool is_self_signed() const;  // subject == issuer and the signature holds by its own key
  bool allows_digital_signature() const;    // keyUsage present with digitalSignature
  bool allows_certificate_signing() const;  // keyUsage with keyCertSign, or no keyUsage at all
  bool limits_purposes() const;             // extKeyUsage present, without anyExtendedKeyUsage
  bool allows_code_signing() const;         // extKeyUsage present with codeSigning
  bool allows_time_stamping() const;        // extKeyUsage critical and exactly timeStamping
  Result<std::vector<SubjectAltName>> subject_alt_names() const;

  /// The extension's value (contents of the OCTET STRING); `oid` in dotted form.
  std::optional<Bytes> extension(std::string_view oid) const;
  /// The extension's value as a DER UTF8String. malformed when it is another type.
  Result<std::optional<std::string>> extension_utf8(std::string_view oid) const;

  bool operator==(const Certificate& other) const { return der_ == other.der_; }
  x509_st* native() const;

 private:
  struct Content;
  class Decoded;
  Certificate(std::shared_ptr<Content> content, Bytes der)
      : content_(std::move(content)), der_(std::move(der)) {}
  static Result<Certificate> decode(BytesView der);
  std::shared_ptr<Content> content_;
  Bytes der_;
};

}  // namespace mpk::crypto
