// Certificate: a read-only view of an X.509 certificate over OpenSSL.
#include "crypto/certificate.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "crypto/openssl.hpp"
#include "crypto/pem.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>

namespace mpk::crypto {
namespace {

constexpr std::string_view kFulcioUserName = "1.3.6.1.4.1.57264.1.7";

std::optional<Timestamp> to_timestamp(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return Timestamp::from_seconds(timegm(&parts));
}

ObjectHandle object(std::string_view oid) {
  return ObjectHandle(OBJ_txt2obj(std::string(oid).c_str(), 1));
}

std::string name_text(const X509_NAME* name) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  // RFC 2253, but UTF-8 as it is instead of \C3\A9.
  if (!bio || X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0) {
    ERR_clear_error();
    return {};
  }
  return std::string(as_text(bio_bytes(bio.get())));
}

std::string name_entry(const X509_NAME* name, int nid) {
  const int index = X509_NAME_get_index_by_NID(name, nid, -1);
  if (index < 0) return {};
  unsigned char* raw = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&raw, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
  if (size < 0) {
    ERR_clear_error();
    return {};
  }
  std::string text(as_text({raw, static_cast<std::size_t>(size)}));
  OPENSSL_free(raw);
  return text;
}

/// RFC 5280 §4.2: a certificate MUST NOT include more than one instance of an extension. OpenSSL
/// sees to the ones that it knows; Fulcio's are not among them.
bool has_repeated_extension(const X509* x509) {
  std::vector<Bytes> oids;
  for (int i = 0; i < X509_get_ext_count(x509); ++i) {
    const ASN1_OBJECT* oid = X509_EXTENSION_get_object(X509_get_ext(x509, i));
    const unsigned char* data = OBJ_get0_data(oid);
    oids.emplace_back(data, data + OBJ_length(oid));
  }
  std::sort(oids.begin(), oids.end());
  return std::adjacent_find(oids.begin(), oids.end()) != oids.end();
}

/// RFC 5280 §4.1.1.2: what is signed names the algorithm that the signature is said to have.
/// OpenSSL compares the two only where it verifies the signature, and an anchor's it does not.
bool has_one_signature_algorithm(const X509* x509) {
  const X509_ALGOR* outer = nullptr;
  X509_get0_signature(nullptr, &outer, x509);
  return X509_ALGOR_cmp(outer, X509_get0_tbs_sigalg(x509)) == 0;
}

Result<SubjectAltName> ia5_name(SubjectAltName::Type type, const ASN1_IA5STRING* string) {
  const BytesView bytes(ASN1_STRING_get0_data(string),
                        static_cast<std::size_t>(ASN1_STRING_length(string)));
  // RFC 5280 §4.2.1.6: IA5String. A NUL inside has fooled more than one verifier.
  const bool plain = std::all_of(bytes.begin(), bytes.end(),
                                 [](std::uint8_t byte) { return byte >= 0x20 && byte < 0x7f; });
  if (!plain || bytes.empty()) {
    return Error{ErrorKind::malformed,
                 "certificate: a subject alternative name is not plain ASCII"};
  }
  return SubjectAltName{type, std::string(as_text(bytes))};
}

Result<SubjectAltName> other_name(const OTHERNAME* name) {
  using Type = SubjectAltName::Type;
  const ObjectHandle user_name = object(kFulcioUserName);
  if (OBJ_cmp(name->type_id, user_name.get()) != 0) return SubjectAltName{Type::other, {}};
  if (name->value == nullptr || name->value->type != V_ASN1_UTF8STRING) {
    return Error{ErrorKind::malformed, "certificate: the user name is not a UTF8String"};
  }
  const ASN1_UTF8STRING* string = name->value->value.utf8string;
  const std::string text(as_text(
      {ASN1_STRING_get0_data(string), static_cast<std::size_t>(ASN1_STRING_length(string))}));
  if (text.empty() || !is_valid_utf8(text)) {
    return Error{ErrorKind::malformed, "certificate: the user name is not UTF-8"};
  }
  return SubjectAltName{Type::other_name, text};
}

}  // namespace

struct Certificate::Content {
  std::once_flag once;  // only of what is decoded late
  X509Handle x509;
};

x509_st* Certificate::native() const {
  std::call_once(content_->once, [this] {
    if (!content_->x509) content_->x509 = decode_der<X509Handle>(d2i_X509, der_);
    if (!content_->x509 || X509_check_purpose(content_->x509.get(), -1, 0) != 1)
      throw std::logic_error("a certificate that was known to be one is none");
  });
  return content_->x509.get();
}

Certificate Certificate::known(Bytes der) { return {std::make_shared<Content>(), std::move(der)}; }

Result<Certificate> Certificate::decode(BytesView der) {
  X509Handle x509 = decode_der<X509Handle>(d2i_X509, der);
  if (!x509) return openssl_error(ErrorKind::malformed, "certificate cannot be decoded");
  Bytes canonical = encode_der(i2d_X509, x509.get());
  if (!std::equal(der.begin(), der.end(), canonical.begin(), canonical.end())) {
    return Error{ErrorKind::malformed, "certificate is not in DER"};
  }
  if (!has_one_signature_algorithm(x509.get())) {
    return Error{ErrorKind::malformed, "certificate names two different signature algorithms"};
  }
  // Purpose -1: only fills the cache of extensions and says whether one of them is broken.
  if (X509_check_purpose(x509.get(), -1, 0) != 1) {
    return openssl_error(ErrorKind::malformed, "certificate has an extension that is malformed");
  }
  if (has_repeated_extension(x509.get())) {
    return Error{ErrorKind::malformed, "certificate has an extension twice"};
  }
  if (!to_timestamp(X509_get0_notBefore(x509.get())) ||
      !to_timestamp(X509_get0_notAfter(x509.get()))) {
    return openssl_error(ErrorKind::malformed, "certificate has a validity that is not a time");
  }
  auto content = std::make_shared<Content>();
  content->x509 = std::move(x509);
  return Certificate(std::move(content), std::move(canonical));
}

// A run meets the same few certificates again and again (one signer's bundles, the authorities that
// made them), and OpenSSL takes 0.2 ms to decode one. What was decoded stays, a few at a time.
class Certificate::Decoded {
 public:
  std::optional<Certificate> find(std::string_view der) {
    const std::lock_guard lock(mutex_);
    const auto known = by_der_.find(der);
    return known == by_der_.end() ? std::nullopt : std::optional(known->second);
  }

  void keep(const Certificate& certificate) {
    if (certificate.der().size() > kLargest) return;
    const std::lock_guard lock(mutex_);
    if (by_der_.size() == kMost) by_der_.clear();
    by_der_.emplace(as_text(certificate.der()), certificate);
  }

 private:
  static constexpr std::size_t kMost = 64;
  static constexpr std::size_t kLargest = 16U << 10;
  std::mutex mutex_;
  std::map<std::string, Certificate, std::less<>> by_der_;
};

Result<Certificate> Certificate::from_der(BytesView der) {
  static auto& decoded = *new Decoded;  // for ever: OpenSSL may be gone before our statics are
  if (auto known = decoded.find(as_text(der))) return *std::move(known);
  auto certificate = TRY(decode(der));
  decoded.keep(certificate);
  return certificate;
}

Result<Certificate> Certificate::from_pem(std::string_view pem) {
  auto list = TRY(list_from_pem(pem));
  if (list.size() != 1) {
    return Error{ErrorKind::malformed,
                 "certificate: expected one PEM block, found " + std::to_string(list.size())};
  }
  return std::move(list.front());
}

Result<std::vector<Certificate>> Certificate::list_from_pem(std::string_view pem) {
  std::vector<Certificate> list;
  for (const PemBlock& block : TRY(read_pem(pem))) {
    if (block.label != "CERTIFICATE") {
      return Error{
          ErrorKind::malformed,
          "certificate: expected the PEM label \"CERTIFICATE\", found \"" + block.label + "\""};
    }
    list.push_back(TRY(from_der(block.der)));
  }
  return list;
}

std::string Certificate::pem() const { return write_pem("CERTIFICATE", der_); }

Result<PublicKey> Certificate::public_key() const {
  return PublicKey::of_certificate(native()).with("certificate");
}

// from_der has checked that both are times.
Timestamp Certificate::not_before() const { return *to_timestamp(X509_get0_notBefore(native())); }
Timestamp Certificate::not_after() const { return *to_timestamp(X509_get0_notAfter(native())); }

std::string Certificate::subject() const { return name_text(X509_get_subject_name(native())); }
std::string Certificate::issuer() const { return name_text(X509_get_issuer_name(native())); }

std::string Certificate::common_name() const {
  return name_entry(X509_get_subject_name(native()), NID_commonName);
}

std::string Certificate::organization() const {
  return name_entry(X509_get_subject_name(native()), NID_organizationName);
}

std::string Certificate::serial_hex() const {
  const ASN1_INTEGER* serial = X509_get0_serialNumber(native());
  const std::string digits = hex_encode(
      {ASN1_STRING_get0_data(serial), static_cast<std::size_t>(ASN1_STRING_length(serial))});
  return ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER ? "-" + digits : digits;
}

bool Certificate::is_ca() const { return (X509_get_extension_flags(native()) & EXFLAG_CA) != 0; }

bool Certificate::is_self_signed() const {
  const bool holds =
      X509_NAME_cmp(X509_get_subject_name(native()), X509_get_issuer_name(native())) == 0 &&
      X509_get0_pubkey(native()) != nullptr &&
      X509_verify(native(), X509_get0_pubkey(native())) == 1;
  ERR_clear_error();
  return holds;
}

bool Certificate::allows_digital_signature() const {
  // OpenSSL reports an absent extension as all bits set.
  return (X509_get_extension_flags(native()) & EXFLAG_KUSAGE) != 0 &&
         (X509_get_key_usage(native()) & KU_DIGITAL_SIGNATURE) != 0;
}

bool Certificate::allows_certificate_signing() const {
  // Absent means any usage (RFC 5280 §4.2.1.3), which OpenSSL reports as all bits set.
  return (X509_get_key_usage(native()) & KU_KEY_CERT_SIGN) != 0;
}

bool Certificate::limits_purposes() const {
  return (X509_get_extension_flags(native()) & EXFLAG_XKUSAGE) != 0 &&
         (X509_get_extended_key_usage(native()) & XKU_ANYEKU) == 0;
}

bool Certificate::allows_code_signing() const {
  return (X509_get_extension_flags(native()) & EXFLAG_XKUSAGE) != 0 &&
         (X509_get_extended_key_usage(native()) & XKU_CODE_SIGN) != 0;
}

bool Certificate::allows_time_stamping() const {
  // RFC 3161 §2.3: one instance, critical, and timeStamping its only purpose.
  int critical = 0;
  const Handle<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free> usage(static_cast<EXTENDED_KEY_USAGE*>(
      X509_get_ext_d2i(native(), NID_ext_key_usage, &critical, nullptr)));
  return usage && critical == 1 && sk_ASN1_OBJECT_num(usage.get()) == 1 &&
         OBJ_obj2nid(sk_ASN1_OBJECT_value(usage.get(), 0)) == NID_time_stamp;
}

Result<std::vector<SubjectAltName>> Certificate::subject_alt_names() const {
  using Type = SubjectAltName::Type;
  int found = 0;
  const GeneralNamesHandle names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(native(), NID_subject_alt_name, &found, nullptr)));
  std::vector<SubjectAltName> out;
  if (!names && found == -1) return out;
  if (!names) {
    return openssl_error(ErrorKind::malformed,
                         "certificate: subject alternative names are malformed");
  }
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    switch (name->type) {
      case GEN_EMAIL:
        out.push_back(TRY(ia5_name(Type::email, name->d.rfc822Name)));
        break;
      case GEN_URI:
        out.push_back(TRY(ia5_name(Type::uri, name->d.uniformResourceIdentifier)));
        break;
      case GEN_DNS:
        out.push_back(TRY(ia5_name(Type::dns, name->d.dNSName)));
        break;
      case GEN_OTHERNAME:
        out.push_back(TRY(other_name(name->d.otherName)));
        break;
      default:
        out.push_back({Type::other, {}});
    }
  }
  return out;
}

std::optional<Bytes> Certificate::extension(std::string_view oid) const {
  const ObjectHandle wanted = object(oid);
  const int index = wanted ? X509_get_ext_by_OBJ(native(), wanted.get(), -1) : -1;
  ERR_clear_error();
  if (index < 0) return std::nullopt;
  const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(X509_get_ext(native(), index));
  const unsigned char* data = ASN1_STRING_get0_data(value);
  return Bytes(data, data + ASN1_STRING_length(value));
}

Result<std::optional<std::string>> Certificate::extension_utf8(std::string_view oid) const {
  const std::optional<Bytes> value = extension(oid);
  if (!value) return std::optional<std::string>{};
  const auto string = decode_der<Utf8StringHandle>(d2i_ASN1_UTF8STRING, *value);
  const std::string what = "certificate: extension " + std::string(oid) + " is not a UTF8String";
  if (!string || encode_der(i2d_ASN1_UTF8STRING, string.get()) != *value) {
    return openssl_error(ErrorKind::malformed, what);
  }
  std::string text(as_text({ASN1_STRING_get0_data(string.get()),
                            static_cast<std::size_t>(ASN1_STRING_length(string.get()))}));
  if (!is_valid_utf8(text)) return Error{ErrorKind::malformed, what};
  return std::optional<std::string>(std::move(text));
}

}  // namespace mpk::crypto
