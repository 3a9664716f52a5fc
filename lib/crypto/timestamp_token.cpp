// Reading a TimeStampResp and comparing its claims with what was asked for (RFC 3161 §2.4.2).
#include "crypto/timestamp_token.hpp"

#include "crypto/hash.hpp"
#include "crypto/timestamp_form.hpp"

#include <string>

namespace mpk::crypto {
namespace {

// GeneralizedTime as RFC 3161 §2.4.2 restricts it: YYYYMMDDhhmmss[.f…]Z. OpenSSL's conversion would
// drop the fraction.
Result<Timestamp> parse_gen_time(const ASN1_GENERALIZEDTIME* value) {
  const std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                         static_cast<std::size_t>(ASN1_STRING_length(value)));
  if (text.size() < 15 || text.back() != 'Z') {
    return Error(ErrorKind::malformed, "time-stamp's genTime is not in UTC: \"" + text + "\"");
  }
  return Timestamp::parse(text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2) +
                          "T" + text.substr(8, 2) + ":" + text.substr(10, 2) + ":" +
                          text.substr(12))
      .with("time-stamp's genTime");
}

std::optional<DigestAlgorithm> imprint_algorithm(TS_MSG_IMPRINT* imprint) {
  const ASN1_OBJECT* oid = nullptr;
  X509_ALGOR_get0(&oid, nullptr, nullptr, TS_MSG_IMPRINT_get_algo(imprint));
  switch (OBJ_obj2nid(oid)) {
    case NID_sha256:
      return DigestAlgorithm::sha256;
    case NID_sha384:
      return DigestAlgorithm::sha384;
    case NID_sha512:
      return DigestAlgorithm::sha512;
    default:
      return std::nullopt;
  }
}

Result<void> check_nonce(const ASN1_INTEGER* found, const Bytes& wanted) {
  if (found == nullptr) return Error(ErrorKind::mismatch, "time-stamp has no nonce");
  // As numbers: DER drops leading zeros and may add one for the sign.
  const BnHandle left(ASN1_INTEGER_to_BN(found, nullptr));
  const BnHandle right(BN_bin2bn(wanted.data(), static_cast<int>(wanted.size()), nullptr));
  if (!left || !right || BN_cmp(left.get(), right.get()) != 0) {
    return Error(ErrorKind::mismatch, "time-stamp's nonce is not the one that was sent");
  }
  return {};
}

}  // namespace

Result<TimestampToken> parse_timestamp_response(BytesView bytes) {
  // OpenSSL refuses here a granted response without a token, and content that is no TSTInfo.
  auto response = decode_der<TsResponseHandle>(d2i_TS_RESP, bytes);
  if (!response) return openssl_error(ErrorKind::malformed, "time-stamp response cannot be read");
  TRY(check_constructed(bytes));
  const long status =
      ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response.get())));
  if (status != TS_STATUS_GRANTED && status != TS_STATUS_GRANTED_WITH_MODS) {
    return Error(ErrorKind::untrusted,
                 "time-stamp was not granted (status " + std::to_string(status) + ")");
  }
  PKCS7* signed_data = TS_RESP_get_token(response.get());
  TS_TST_INFO* info = TS_RESP_get_tst_info(response.get());
  if (signed_data == nullptr || info == nullptr) {
    return Error(ErrorKind::malformed, "time-stamp response has no token");
  }
  if (const long version = TS_TST_INFO_get_version(info); version != 1) {
    return Error(ErrorKind::malformed,
                 "time-stamp has version " + std::to_string(version) + ", expected 1");
  }
  const Timestamp time = TRY(parse_gen_time(TS_TST_INFO_get_time(info)));
  return TimestampToken{std::move(response), signed_data, info, time};
}

Result<void> check_timestamp_claims(const TimestampToken& token, BytesView message,
                                    const std::optional<Bytes>& nonce) {
  TS_MSG_IMPRINT* imprint = TS_TST_INFO_get_msg_imprint(token.info);
  const auto algorithm = imprint_algorithm(imprint);
  if (!algorithm) {
    return Error(ErrorKind::untrusted,
                 "time-stamp's imprint is not made with SHA-256, SHA-384 or SHA-512");
  }
  const ASN1_OCTET_STRING* found = TS_MSG_IMPRINT_get_msg(imprint);
  const BytesView found_bytes(ASN1_STRING_get0_data(found),
                              static_cast<std::size_t>(ASN1_STRING_length(found)));
  if (!equal_constant_time(hash(*algorithm, message).bytes(), found_bytes)) {
    return Error(ErrorKind::mismatch, "time-stamp is about other bytes than the signature");
  }
  if (nonce) return check_nonce(TS_TST_INFO_get_nonce(token.info), *nonce);
  return {};
}

}  // namespace mpk::crypto
