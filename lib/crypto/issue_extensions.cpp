// The X.509 extensions that a certificate request asks for (RFC 5280 §4.2).
#include "crypto/issue_extensions.hpp"

#include "crypto/openssl.hpp"

#include <openssl/x509v3.h>

namespace mpk::crypto {
namespace {

constexpr const char* kFulcioUsername = "1.3.6.1.4.1.57264.1.7";

using BitStringHandle = Handle<ASN1_BIT_STRING, ASN1_BIT_STRING_free>;
using BasicConstraintsHandle = Handle<BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free>;
using ExtendedKeyUsageHandle = Handle<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>;
using AuthorityKeyIdHandle = Handle<AUTHORITY_KEYID, AUTHORITY_KEYID_free>;
using GeneralNameHandle = Handle<GENERAL_NAME, GENERAL_NAME_free>;
using TypeHandle = Handle<ASN1_TYPE, ASN1_TYPE_free>;

Result<void> add(X509* certificate, int nid, void* value, bool critical) {
  if (X509_add1_ext_i2d(certificate, nid, value, critical ? 1 : 0, X509V3_ADD_DEFAULT) != 1) {
    return openssl_error(ErrorKind::internal,
                         std::string("extension cannot be added: ") + OBJ_nid2ln(nid));
  }
  return {};
}

Result<void> add_key_usage(X509* certificate, const CertificateRequest& request) {
  if (!request.ca && !request.digital_signature) return {};
  const BitStringHandle usage(ASN1_BIT_STRING_new());
  // RFC 5280 §4.2.1.3: digitalSignature (0), keyCertSign (5), cRLSign (6).
  if (request.digital_signature) ASN1_BIT_STRING_set_bit(usage.get(), 0, 1);
  if (request.ca) {
    ASN1_BIT_STRING_set_bit(usage.get(), 5, 1);
    ASN1_BIT_STRING_set_bit(usage.get(), 6, 1);
  }
  return add(certificate, NID_key_usage, usage.get(), true);
}

Result<void> add_extended_key_usage(X509* certificate, const CertificateRequest& request) {
  if (!request.code_signing && !request.time_stamping) return {};
  if (request.code_signing && request.time_stamping) {
    // RFC 3161 §2.3: timeStamping is the only purpose.
    return Error(ErrorKind::usage, "certificate request asks for code signing and time-stamping");
  }
  const int purpose = request.time_stamping ? NID_time_stamp : NID_code_sign;
  const ExtendedKeyUsageHandle usage(EXTENDED_KEY_USAGE_new());
  sk_ASN1_OBJECT_push(usage.get(), OBJ_nid2obj(purpose));
  return add(certificate, NID_ext_key_usage, usage.get(), request.time_stamping);
}

Result<void> add_basic_constraints(X509* certificate, const CertificateRequest& request) {
  if (!request.ca) {
    if (!request.path_length) return {};
    return Error(ErrorKind::usage, "certificate request has a path length and is no CA");
  }
  const BasicConstraintsHandle constraints(BASIC_CONSTRAINTS_new());
  constraints->ca = 0xFF;
  if (request.path_length) {
    constraints->pathlen = ASN1_INTEGER_new();
    ASN1_INTEGER_set_int64(constraints->pathlen, *request.path_length);
  }
  return add(certificate, NID_basic_constraints, constraints.get(), true);
}

// RFC 5280 §4.2.1.2, method (1): SHA-1 of the key's bit string, as identifier, not as protection.
Result<OctetStringHandle> key_identifier(const X509* certificate) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  OctetStringHandle identifier(ASN1_OCTET_STRING_new());
  if (!identifier || X509_pubkey_digest(certificate, EVP_sha1(), hash, &size) != 1 ||
      ASN1_OCTET_STRING_set(identifier.get(), hash, static_cast<int>(size)) != 1) {
    return openssl_error(ErrorKind::internal, "key identifier cannot be computed");
  }
  return identifier;
}

Result<void> add_key_identifiers(X509* certificate, const Issuer& issuer) {
  OctetStringHandle own = TRY(key_identifier(certificate));
  TRY(add(certificate, NID_subject_key_identifier, own.get(), false));
  const AuthorityKeyIdHandle authority(AUTHORITY_KEYID_new());
  if (issuer.certificate) {
    const auto* issuer_id = X509_get0_subject_key_id(issuer.certificate->native());
    authority->keyid = issuer_id != nullptr
                           ? ASN1_OCTET_STRING_dup(issuer_id)
                           : TRY(key_identifier(issuer.certificate->native())).release();
  } else {
    authority->keyid = own.release();
  }
  return add(certificate, NID_authority_key_identifier, authority.get(), false);
}

Result<void> set_other_name(GENERAL_NAME* name, const std::string& value) {
  ObjectHandle type(OBJ_txt2obj(kFulcioUsername, 1));
  TypeHandle any(ASN1_TYPE_new());
  Utf8StringHandle text(ASN1_UTF8STRING_new());
  if (!type || !any || !text ||
      ASN1_STRING_set(text.get(), value.data(), static_cast<int>(value.size())) != 1) {
    return openssl_error(ErrorKind::internal, "alternative name cannot be made");
  }
  ASN1_TYPE_set(any.get(), V_ASN1_UTF8STRING, text.release());
  if (GENERAL_NAME_set0_othername(name, type.get(), any.get()) != 1) {
    return openssl_error(ErrorKind::internal, "alternative name cannot be made");
  }
  // The name owns both from here on.
  static_cast<void>(type.release());
  static_cast<void>(any.release());
  return {};
}

Result<void> set_text_name(GENERAL_NAME* name, int type, const std::string& value) {
  auto* text = ASN1_IA5STRING_new();
  if (text == nullptr || ASN1_STRING_set(text, value.data(), static_cast<int>(value.size())) != 1) {
    ASN1_IA5STRING_free(text);
    return openssl_error(ErrorKind::internal, "alternative name cannot be made");
  }
  GENERAL_NAME_set0_value(name, type, text);
  return {};
}

Result<void> add_alternative_name(X509* certificate, const CertificateRequest& request) {
  if (!request.subject_alt_name) return {};
  const SubjectAltName& wanted = *request.subject_alt_name;
  GeneralNameHandle name(GENERAL_NAME_new());
  const GeneralNamesHandle names(GENERAL_NAMES_new());
  switch (wanted.type) {
    case SubjectAltName::Type::email:
      TRY(set_text_name(name.get(), GEN_EMAIL, wanted.value));
      break;
    case SubjectAltName::Type::uri:
      TRY(set_text_name(name.get(), GEN_URI, wanted.value));
      break;
    case SubjectAltName::Type::dns:
      TRY(set_text_name(name.get(), GEN_DNS, wanted.value));
      break;
    case SubjectAltName::Type::other_name:
      TRY(set_other_name(name.get(), wanted.value));
      break;
    case SubjectAltName::Type::other:
      return Error(ErrorKind::unsupported, "alternative name is of a kind that is not issued");
  }
  sk_GENERAL_NAME_push(names.get(), name.release());
  // RFC 5280 §4.2.1.6: critical when it is all that names the subject.
  const bool critical = X509_NAME_entry_count(X509_get_subject_name(certificate)) == 0;
  return add(certificate, NID_subject_alt_name, names.get(), critical);
}

Result<void> add_raw(X509* certificate, const Extension& extension) {
  const ObjectHandle oid(OBJ_txt2obj(extension.oid.c_str(), 1));
  const OctetStringHandle value(ASN1_OCTET_STRING_new());
  if (!oid) {
    return openssl_error(ErrorKind::usage, "extension has no valid OID: \"" + extension.oid + "\"");
  }
  ASN1_OCTET_STRING_set(value.get(), extension.value.data(),
                        static_cast<int>(extension.value.size()));
  const ExtensionHandle made(
      X509_EXTENSION_create_by_OBJ(nullptr, oid.get(), extension.critical ? 1 : 0, value.get()));
  if (!made || X509_add_ext(certificate, made.get(), -1) != 1) {
    return openssl_error(ErrorKind::internal, "extension cannot be added: " + extension.oid);
  }
  return {};
}

}  // namespace

Result<void> add_extensions(X509* certificate, const CertificateRequest& request,
                            const Issuer& issuer) {
  TRY(add_key_usage(certificate, request));
  TRY(add_extended_key_usage(certificate, request));
  TRY(add_basic_constraints(certificate, request));
  TRY(add_key_identifiers(certificate, issuer));
  TRY(add_alternative_name(certificate, request));
  for (const Extension& extension : request.extensions) TRY(add_raw(certificate, extension));
  return {};
}

}  // namespace mpk::crypto
