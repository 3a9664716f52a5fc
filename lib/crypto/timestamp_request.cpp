// RFC 3161 §2.4.1: the request.
#include "crypto/openssl.hpp"
#include "crypto/timestamp.hpp"

#include <openssl/ts.h>

namespace mpk::crypto {
namespace {

using RequestHandle = Handle<TS_REQ, TS_REQ_free>;
using ImprintHandle = Handle<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free>;
using AlgorithmHandle = Handle<X509_ALGOR, X509_ALGOR_free>;

Result<void> set_imprint(TS_REQ* request, const Digest& digest) {
  const ImprintHandle imprint(TS_MSG_IMPRINT_new());
  const AlgorithmHandle algorithm(X509_ALGOR_new());
  Bytes value = digest.bytes();
  if (!imprint || !algorithm ||
      X509_ALGOR_set0(algorithm.get(),
                      OBJ_nid2obj(EVP_MD_get_type(openssl_digest(digest.algorithm()))), V_ASN1_NULL,
                      nullptr) != 1 ||
      TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) != 1 ||
      TS_MSG_IMPRINT_set_msg(imprint.get(), value.data(), static_cast<int>(value.size())) != 1 ||
      TS_REQ_set_msg_imprint(request, imprint.get()) != 1) {
    return openssl_error(ErrorKind::internal, "time-stamp request cannot hold its imprint");
  }
  return {};
}

Result<void> set_nonce(TS_REQ* request, BytesView nonce) {
  const BnHandle number(BN_bin2bn(nonce.data(), static_cast<int>(nonce.size()), nullptr));
  const IntegerHandle integer(number ? BN_to_ASN1_INTEGER(number.get(), nullptr) : nullptr);
  if (!integer || TS_REQ_set_nonce(request, integer.get()) != 1) {
    return openssl_error(ErrorKind::internal, "time-stamp request cannot hold its nonce");
  }
  return {};
}

}  // namespace

Result<Bytes> make_timestamp_request(const Digest& imprint, BytesView nonce,
                                     bool want_certificates) {
  const RequestHandle request(TS_REQ_new());
  if (!request || TS_REQ_set_version(request.get(), 1) != 1 ||
      TS_REQ_set_cert_req(request.get(), want_certificates ? 1 : 0) != 1) {
    return openssl_error(ErrorKind::internal, "time-stamp request cannot be made");
  }
  TRY(set_imprint(request.get(), imprint));
  if (!nonce.empty()) TRY(set_nonce(request.get(), nonce));
  return encode_der(i2d_TS_REQ, request.get());
}

}  // namespace mpk::crypto
