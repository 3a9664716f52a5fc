// Verifying a time-stamp: who signed it, and which trusted authority stands behind it (RFC 3161).
#include "crypto/timestamp.hpp"

#include "crypto/chain.hpp"
#include "crypto/hash.hpp"
#include "crypto/timestamp_token.hpp"

#include <openssl/err.h>

namespace mpk::crypto {
namespace {

struct StackFree {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};

// The signature's own hash and the signed content type; OpenSSL looks at neither.
Result<void> check_signer_info(PKCS7* signed_data) {
  const auto* infos = PKCS7_get_signer_info(signed_data);
  // RFC 3161 §2.4.2: the token MUST NOT contain any signature but the authority's.
  if (infos == nullptr || sk_PKCS7_SIGNER_INFO_num(infos) != 1) {
    return Error(ErrorKind::untrusted, "time-stamp does not have exactly one signature");
  }
  PKCS7_SIGNER_INFO* info = sk_PKCS7_SIGNER_INFO_value(infos, 0);
  X509_ALGOR* digest = nullptr;
  PKCS7_SIGNER_INFO_get0_algs(info, nullptr, &digest, nullptr);
  const ASN1_OBJECT* oid = nullptr;
  X509_ALGOR_get0(&oid, nullptr, nullptr, digest);
  const int nid = OBJ_obj2nid(oid);
  if (nid != NID_sha256 && nid != NID_sha384 && nid != NID_sha512) {
    return Error(ErrorKind::untrusted, "time-stamp is signed over a hash that is not SHA-2");
  }
  // RFC 5652 §11.1: without this, something signed for another purpose could pass as a time-stamp.
  const ASN1_TYPE* content = PKCS7_get_signed_attribute(info, NID_pkcs9_contentType);
  if (content == nullptr || content->type != V_ASN1_OBJECT ||
      OBJ_obj2nid(content->value.object) != NID_id_smime_ct_TSTInfo) {
    return Error(ErrorKind::untrusted, "time-stamp's signature is not over a TSTInfo");
  }
  return {};
}

Result<X509StackHandle> stack_of(const std::vector<Certificate>& certificates) {
  X509StackHandle stack(sk_X509_new_null());
  for (const Certificate& certificate : certificates) {
    if (X509_add_cert(stack.get(), certificate.native(), X509_ADD_FLAG_UP_REF) != 1) {
      return openssl_error(ErrorKind::internal, "certificates cannot be collected");
    }
  }
  return stack;
}

Result<Certificate> find_signer(PKCS7* signed_data, STACK_OF(X509) * candidates) {
  // The stack is ours, the certificates in it are not.
  const std::unique_ptr<STACK_OF(X509), StackFree> signers(
      PKCS7_get0_signers(signed_data, candidates, 0));
  ERR_clear_error();
  if (!signers || sk_X509_num(signers.get()) != 1) {
    return Error(ErrorKind::untrusted, "time-stamp's signer is not among the known certificates");
  }
  const X509* signer = sk_X509_value(signers.get(), 0);
  // OpenSSL compares names loosely (case, spaces, even the tags inside); others do not.
  const auto* info = sk_PKCS7_SIGNER_INFO_value(PKCS7_get_signer_info(signed_data), 0);
  if (encode_der(i2d_X509_NAME, info->issuer_and_serial->issuer) !=
      encode_der(i2d_X509_NAME, X509_get_issuer_name(signer))) {
    return Error(ErrorKind::untrusted,
                 "time-stamp names its signer's issuer otherwise than the certificate does");
  }
  return Certificate::from_der(encode_der(i2d_X509, signer));
}

Result<void> check_signer(const Certificate& signer, const TimestampAuthority& authority) {
  if (signer.is_ca()) {
    return Error(ErrorKind::untrusted, "time-stamp's signer is a certificate authority");
  }
  if (!signer.allows_time_stamping()) {
    return Error(ErrorKind::untrusted,
                 "time-stamp's signer is not for time-stamping and nothing else");
  }
  // An authority that names its leaf means that one, not a sibling of it.
  const Certificate& named = authority.chain.front();
  if (!named.is_ca() && !(named == signer)) {
    return Error(ErrorKind::untrusted,
                 "time-stamp's signer is not the certificate that the authority names");
  }
  return {};
}

// The CMS signature, the ESSCertID or ESSCertIDv2 of the signer, and its path; the time is judged
// apart by verify_chain, which can say that time is all that is wrong.
Result<void> check_signature(PKCS7* signed_data, STACK_OF(X509) * candidates,
                             const Certificate& anchor) {
  const X509StoreHandle store(X509_STORE_new());
  if (!store || X509_STORE_add_cert(store.get(), anchor.native()) != 1 ||
      X509_STORE_set_flags(store.get(), X509_V_FLAG_NO_CHECK_TIME | X509_V_FLAG_PARTIAL_CHAIN) !=
          1) {
    return openssl_error(ErrorKind::internal, "certificate store cannot be made");
  }
  if (TS_RESP_verify_signature(signed_data, candidates, store.get(), nullptr) != 1) {
    return openssl_error(ErrorKind::untrusted, "time-stamp's signature does not hold");
  }
  return {};
}

// No link of the path comes from here. But RFC 3161 §2.4.1 wants no certificates unless the request
// asked for the signer's, so a token whose certificates lack it was tampered with.
Result<void> check_embedded(PKCS7* signed_data, const Certificate& signer) {
  const STACK_OF(X509)* embedded = signed_data->d.sign->cert;
  bool has_signer = sk_X509_num(embedded) <= 0;
  for (int i = 0; i < sk_X509_num(embedded); ++i) {
    const Bytes der = encode_der(i2d_X509, sk_X509_value(embedded, i));
    has_signer = TRY(Certificate::from_der(der).with("time-stamp")) == signer || has_signer;
  }
  if (has_signer) return {};
  return Error(ErrorKind::untrusted, "time-stamp has certificates, and not the signer's");
}

// An authority on the path that is restricted in purpose must be allowed to sign time-stamps.
Result<void> check_purposes(const std::vector<Certificate>& path) {
  for (std::size_t i = 1; i < path.size(); ++i) {
    X509* certificate = path[i].native();
    if ((X509_get_extension_flags(certificate) & EXFLAG_XKUSAGE) == 0) continue;
    if ((X509_get_extended_key_usage(certificate) & (XKU_TIMESTAMP | XKU_ANYEKU)) == 0) {
      return Error(ErrorKind::untrusted,
                   "certificate \"" + path[i].subject() + "\" may not vouch for time-stamps");
    }
  }
  return {};
}

Result<VerifiedTimestamp> verify_with(const TimestampToken& token,
                                      const TimestampAuthority& authority) {
  if (authority.chain.empty()) {
    return Error(ErrorKind::untrusted, "authority has no certificate");
  }
  const X509StackHandle candidates = TRY(stack_of(authority.chain));
  const Certificate signer = TRY(find_signer(token.signed_data, candidates.get()));
  TRY(check_signer(signer, authority));
  TRY(check_embedded(token.signed_data, signer));
  TRY(check_signature(token.signed_data, candidates.get(), authority.chain.back()));
  // The authority's certificates only: what the token brings along must not become a link.
  const std::vector<Certificate> anchors{authority.chain.back()};
  TRY(check_purposes(TRY(verify_chain(signer, authority.chain, anchors, token.time))));
  if (token.time < authority.valid_from ||
      (authority.valid_to && token.time > *authority.valid_to)) {
    return Error(ErrorKind::expired,
                 "time-stamp of " + token.time.text() + " is outside the authority's validity");
  }
  return VerifiedTimestamp{token.time, authority.uri, sha256(signer.der()).bytes(),
                           authority.operated_by};
}

}  // namespace

Result<VerifiedTimestamp> verify_timestamp(BytesView response, BytesView message,
                                           const std::vector<TimestampAuthority>& authorities,
                                           std::optional<Bytes> nonce) {
  const TimestampToken token = TRY(parse_timestamp_response(response));
  TRY(check_timestamp_claims(token, message, nonce));
  TRY(check_signer_info(token.signed_data));

  std::optional<Error> reason;
  for (const TimestampAuthority& authority : authorities) {
    auto verified = verify_with(token, authority);
    if (verified) return verified;
    // "Expired" names the authority that would have vouched at another time; keep that answer.
    if (!reason ||
        (reason->kind() != ErrorKind::expired && verified.error().kind() == ErrorKind::expired)) {
      reason = std::move(verified.error())
                   .with("time-stamping authority " +
                         (authority.uri.empty() ? std::string("(no URI)") : authority.uri));
    }
  }
  if (reason) return std::move(*reason);
  return Error(ErrorKind::untrusted, "no time-stamping authority is trusted");
}

}  // namespace mpk::crypto
