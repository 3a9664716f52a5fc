// Signed certificate timestamps embedded in a certificate (RFC 6962 §3.2, §3.3).
#include "crypto/sct.hpp"

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/openssl.hpp"
#include "crypto/sct_input.hpp"

#include <openssl/ct.h>

#include <algorithm>

namespace mpk::crypto {
namespace {

using SctList = Handle<STACK_OF(SCT), SCT_LIST_free>;

// What every SCT of one certificate is checked against.
struct Subject {
  Bytes tbs;
  Bytes issuer_key_hash;
};

Bytes log_id_of(const SCT* sct) {
  unsigned char* id = nullptr;
  const std::size_t size = SCT_get0_log_id(sct, &id);
  return {id, id + size};
}

// RFC 6962 §2.1.4 knows ECDSA over P-256 and RSA PKCS#1 v1.5, both with SHA-256; the two bytes in
// front of the signature must name the kind of key that the log really has.
bool algorithm_fits(const SCT* sct, const PublicKey& key) {
  switch (SCT_get_signature_nid(sct)) {
    case NID_ecdsa_with_SHA256:
      return key.type() == KeyType::ecdsa_p256 || key.type() == KeyType::ecdsa_p384 ||
             key.type() == KeyType::ecdsa_p521;
    case NID_sha256WithRSAEncryption:
      return key.type() == KeyType::rsa;
    default:
      return false;
  }
}

Result<void> verify_signature(const SCT* sct, const PublicKey& key, const Subject& subject) {
  if (!algorithm_fits(sct, key)) {
    return Error(ErrorKind::untrusted, "signature algorithm does not fit the log's key (" +
                                           std::string(to_string(key.type())) + ")");
  }
  unsigned char* data = nullptr;
  std::size_t size = SCT_get0_extensions(sct, &data);
  const Bytes input = TRY(sct_signed_input(SCT_get_timestamp(sct), subject.issuer_key_hash,
                                           subject.tbs, BytesView(data, size)));
  size = SCT_get0_signature(sct, &data);
  return key.verify(input, BytesView(data, size), DigestAlgorithm::sha256);
}

Result<VerifiedSct> verify_one(const SCT* sct, const Subject& subject,
                               const std::vector<CtLog>& logs) {
  if (SCT_get_version(sct) != SCT_VERSION_V1) {
    return Error(ErrorKind::untrusted, "SCT has an unknown version, expected v1");
  }
  const Bytes id = log_id_of(sct);
  const std::string name = "SCT of log " + hex_encode(id).substr(0, 16);
  const std::uint64_t milliseconds = SCT_get_timestamp(sct);
  // 9999-12-31T23:59:59.999Z: the last instant that a Timestamp can hold.
  if (milliseconds > 253'402'300'799'999U) {
    return Error(ErrorKind::untrusted, name + ": time is after the year 9999");
  }
  const auto time = Timestamp::from_milliseconds(static_cast<std::int64_t>(milliseconds));

  std::optional<Error> reason;
  // One key may be listed several times with different validity windows.
  for (const CtLog& log : logs) {
    if (log.id != id) continue;
    if (time < log.valid_from || (log.valid_to && time > *log.valid_to)) {
      if (!reason) {
        reason = Error(ErrorKind::untrusted,
                       name + ": time " + time.text() + " is outside the log's validity");
      }
      continue;
    }
    auto verified = verify_signature(sct, log.key, subject);
    if (verified) return VerifiedSct{id, time};
    reason = std::move(verified.error()).with_kind(ErrorKind::untrusted).with(name);
  }
  if (reason) return std::move(*reason);
  return Error(ErrorKind::untrusted, name + ": the log is not among the trusted ones");
}

Result<SctList> scts_of(const Certificate& leaf) {
  int critical = 0;
  // NID_ct_precert_scts also marks the entries as precertificate entries.
  SctList list(static_cast<STACK_OF(SCT)*>(
      X509_get_ext_d2i(leaf.native(), NID_ct_precert_scts, &critical, nullptr)));
  if (list && sk_SCT_num(list.get()) > 0) return list;
  if (critical == -1) return Error(ErrorKind::malformed, "certificate has no SCT list");
  return openssl_error(ErrorKind::malformed, "SCT list of the certificate cannot be read");
}

}  // namespace

Result<std::vector<VerifiedSct>> verify_scts(const Certificate& leaf, const Certificate& issuer,
                                             const std::vector<CtLog>& logs) {
  const SctList scts = TRY(scts_of(leaf));
  const Bytes issuer_key = encode_der(i2d_X509_PUBKEY, X509_get_X509_PUBKEY(issuer.native()));
  const auto tbs = TRY(tbs_without_extension(leaf, NID_ct_precert_scts));
  const Subject subject{tbs, sha256(issuer_key).bytes()};

  std::vector<VerifiedSct> verified;
  std::optional<Error> first_reason;
  for (int i = 0; i < sk_SCT_num(scts.get()); ++i) {
    auto result = verify_one(sk_SCT_value(scts.get(), i), subject, logs);
    if (!result) {
      if (!first_reason) first_reason = std::move(result.error());
      continue;
    }
    // A log that answered twice is still one witness, and callers count witnesses.
    const bool known = std::ranges::any_of(
        verified, [&](const VerifiedSct& other) { return other.log_id == result->log_id; });
    if (!known) verified.push_back(result.take());
  }
  if (verified.empty()) return std::move(*first_reason);
  return verified;
}

}  // namespace mpk::crypto
