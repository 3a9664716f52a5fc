// Both sides of certificate transparency: a log that signs SCTs, a CA that embeds them (RFC 6962).
#include "crypto/hash.hpp"
#include "crypto/issue_builder.hpp"
#include "crypto/sct_input.hpp"

#include <openssl/ct.h>
#include <openssl/x509v3.h>

namespace mpk::crypto {
namespace {

using SctHandle = Handle<SCT, SCT_free>;
using SctListHandle = Handle<STACK_OF(SCT), SCT_LIST_free>;
using NullHandle = Handle<ASN1_NULL, ASN1_NULL_free>;

Result<void> add_poison(X509* certificate) {
  const NullHandle null(ASN1_NULL_new());
  // RFC 6962 §3.1: critical, so that nobody takes a precertificate for a certificate.
  if (X509_add1_ext_i2d(certificate, NID_ct_precert_poison, null.get(), 1, X509V3_ADD_DEFAULT) !=
      1) {
    return openssl_error(ErrorKind::internal, "poison extension cannot be added");
  }
  return {};
}

void remove_poison(X509* certificate) {
  const int position = X509_get_ext_by_NID(certificate, NID_ct_precert_poison, -1);
  const ExtensionHandle removed(X509_delete_ext(certificate, position));
}

Result<void> add_sct_list(X509* certificate, const std::vector<Bytes>& serialized) {
  if (serialized.empty()) return Error(ErrorKind::malformed, "log returned no SCT");
  const SctListHandle list(sk_SCT_new_null());
  for (const Bytes& bytes : serialized) {
    const unsigned char* cursor = bytes.data();
    SctHandle sct(o2i_SCT(nullptr, &cursor, bytes.size()));
    if (!sct || cursor != bytes.data() + bytes.size()) {
      return openssl_error(ErrorKind::malformed, "log returned something that is no SCT");
    }
    if (sk_SCT_push(list.get(), sct.get()) <= 0) {
      return openssl_error(ErrorKind::internal, "SCT list cannot be made");
    }
    static_cast<void>(sct.release());
  }
  if (X509_add1_ext_i2d(certificate, NID_ct_precert_scts, list.get(), 0, X509V3_ADD_DEFAULT) != 1) {
    return openssl_error(ErrorKind::malformed, "SCT list cannot be embedded");
  }
  return {};
}

Result<Bytes> encode_sct(const SCT* sct) {
  unsigned char* data = nullptr;
  const int size = i2o_SCT(sct, &data);
  if (size <= 0) return openssl_error(ErrorKind::internal, "SCT cannot be encoded");
  Bytes bytes(data, data + size);
  OPENSSL_free(data);
  return bytes;
}

}  // namespace

Result<Certificate> issue_with_scts(
    const CertificateRequest& request, const Issuer& issuer,
    const std::function<Result<std::vector<Bytes>>(const Certificate& precertificate)>& submit) {
  const X509Handle certificate = TRY(build_certificate(request, issuer));
  TRY(add_poison(certificate.get()));
  const Certificate precertificate = TRY(sign_certificate(certificate.get(), issuer.key));
  const std::vector<Bytes> scts = TRY(submit(precertificate));
  remove_poison(certificate.get());
  TRY(add_sct_list(certificate.get(), scts));
  return sign_certificate(certificate.get(), issuer.key);
}

Result<SignedSct> sign_sct(const Certificate& precertificate, const PublicKey& issuer_key,
                           const PrivateKey& log_key, Timestamp now, BytesView extensions) {
  if (log_key.type() != KeyType::ecdsa_p256) {
    return Error(ErrorKind::usage, "log key is " + std::string(to_string(log_key.type())) +
                                       ", expected " + std::string(to_string(KeyType::ecdsa_p256)));
  }
  const std::int64_t milliseconds = now.milliseconds();
  if (milliseconds < 0) return Error(ErrorKind::usage, "SCT time is before 1970: " + now.text());
  const auto timestamp = static_cast<std::uint64_t>(milliseconds);
  const Bytes tbs = TRY(tbs_without_extension(precertificate, NID_ct_precert_poison));
  const Bytes issuer_key_hash = sha256(issuer_key.spki()).bytes();
  const Bytes input = TRY(sct_signed_input(timestamp, issuer_key_hash, tbs, extensions));
  const Bytes signature = TRY(log_key.sign(input, DigestAlgorithm::sha256));
  Bytes id = sha256(log_key.public_key().spki()).bytes();

  const SctHandle sct(SCT_new());
  if (!sct || SCT_set_version(sct.get(), SCT_VERSION_V1) != 1 ||
      SCT_set1_log_id(sct.get(), id.data(), id.size()) != 1 ||
      SCT_set1_extensions(sct.get(), extensions.data(), extensions.size()) != 1 ||
      SCT_set_signature_nid(sct.get(), NID_ecdsa_with_SHA256) != 1 ||
      SCT_set1_signature(sct.get(), signature.data(), signature.size()) != 1) {
    return openssl_error(ErrorKind::internal, "SCT cannot be made");
  }
  SCT_set_timestamp(sct.get(), timestamp);
  Bytes serialized = TRY(encode_sct(sct.get()));
  // The digitally-signed struct, two bytes of algorithm and two of length, is the SCT's last part.
  const auto tail = static_cast<std::ptrdiff_t>(signature.size() + 4);
  Bytes digitally_signed(serialized.end() - tail, serialized.end());
  return SignedSct{std::move(serialized), std::move(id), milliseconds, std::move(digitally_signed)};
}

}  // namespace mpk::crypto
