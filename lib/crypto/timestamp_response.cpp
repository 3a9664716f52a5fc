// A time-stamping authority's answer (RFC 3161 §2.4.2), for the sandbox and for tests.
#include "crypto/issue.hpp"
#include "crypto/openssl.hpp"

#include <openssl/ts.h>

namespace mpk::crypto {
namespace {

// Sigstore's time-stamping policy.
constexpr const char* kPolicy = "1.3.6.1.4.1.57264.2";

using ContextHandle = Handle<TS_RESP_CTX, TS_RESP_CTX_free>;
using RequestHandle = Handle<TS_REQ, TS_REQ_free>;
using ResponseHandle = Handle<TS_RESP, TS_RESP_free>;

extern "C" {

int time_callback(TS_RESP_CTX* /*context*/, void* now, long* seconds, long* microseconds) {
  *seconds = static_cast<const Timestamp*>(now)->seconds();
  *microseconds = 0;
  return 1;
}

ASN1_INTEGER* serial_callback(TS_RESP_CTX* /*context*/, void* /*data*/) {
  const BnHandle number(BN_new());
  if (!number || BN_rand(number.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) != 1) {
    return nullptr;
  }
  return BN_to_ASN1_INTEGER(number.get(), nullptr);
}

}  // extern "C"

// What goes along with the signer when certificates are asked for: the intermediates. The root is
// the verifier's to have.
Result<X509StackHandle> companions(const std::vector<Certificate>& chain) {
  X509StackHandle stack(sk_X509_new_null());
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (chain[i].is_self_signed()) continue;
    if (X509_add_cert(stack.get(), chain[i].native(), X509_ADD_FLAG_UP_REF) != 1) {
      return openssl_error(ErrorKind::internal, "certificates cannot be collected");
    }
  }
  return stack;
}

Result<ContextHandle> make_context(const PrivateKey& key, const std::vector<Certificate>& chain,
                                   Timestamp& now) {
  if (chain.empty()) return Error(ErrorKind::usage, "time-stamping authority has no certificate");
  ContextHandle context(TS_RESP_CTX_new());
  const ObjectHandle policy(OBJ_txt2obj(kPolicy, 1));
  const X509StackHandle others = TRY(companions(chain));
  // set_signer_cert refuses a certificate that is not for time-stamping.
  if (!context || !policy || TS_RESP_CTX_set_signer_cert(context.get(), chain[0].native()) != 1) {
    return openssl_error(ErrorKind::usage, "certificate is not for time-stamping");
  }
  if (TS_RESP_CTX_set_signer_key(context.get(), key.native()) != 1 ||
      TS_RESP_CTX_set_signer_digest(context.get(), openssl_digest(default_hash(key.type()))) != 1 ||
      TS_RESP_CTX_set_certs(context.get(), others.get()) != 1 ||
      TS_RESP_CTX_set_def_policy(context.get(), policy.get()) != 1 ||
      // Any digest but SHA-1 makes it ESSCertIDv2 (RFC 5816).
      TS_RESP_CTX_set_ess_cert_id_digest(context.get(), openssl_digest(DigestAlgorithm::sha256)) !=
          1) {
    return openssl_error(ErrorKind::internal, "time-stamping authority cannot be set up");
  }
  for (const auto algorithm :
       {DigestAlgorithm::sha256, DigestAlgorithm::sha384, DigestAlgorithm::sha512}) {
    TS_RESP_CTX_add_md(context.get(), openssl_digest(algorithm));
  }
  TS_RESP_CTX_set_time_cb(context.get(), time_callback, &now);
  TS_RESP_CTX_set_serial_cb(context.get(), serial_callback, nullptr);
  return context;
}

// OpenSSL writes the system's time into the signingTime attribute; a verifier that compares it with
// the certificate's validity must see the time that was handed in.
Result<void> set_signing_time(TS_RESP* response, Timestamp now) {
  auto* infos = PKCS7_get_signer_info(TS_RESP_get_token(response));
  PKCS7_SIGNER_INFO* info = sk_PKCS7_SIGNER_INFO_value(infos, 0);
  ASN1_TIME* time = ASN1_TIME_set(nullptr, now.seconds());
  if (time == nullptr) return openssl_error(ErrorKind::usage, "time-stamp has an impossible time");
  // The attribute owns the time from here on; signing again covers it.
  if (PKCS7_add_signed_attribute(info, NID_pkcs9_signingTime, ASN1_STRING_type(time), time) != 1 ||
      PKCS7_SIGNER_INFO_sign(info) != 1) {
    return openssl_error(ErrorKind::internal, "time-stamp cannot be signed");
  }
  return {};
}

std::string refusal_text(TS_RESP* response) {
  const auto* texts = TS_STATUS_INFO_get0_text(TS_RESP_get_status_info(response));
  if (texts == nullptr || sk_ASN1_UTF8STRING_num(texts) == 0) return "no reason given";
  const ASN1_UTF8STRING* text = sk_ASN1_UTF8STRING_value(texts, 0);
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

}  // namespace

Result<Bytes> make_timestamp_response(BytesView request, const PrivateKey& key,
                                      const std::vector<Certificate>& chain, Timestamp now) {
  if (!decode_der<RequestHandle>(d2i_TS_REQ, request)) {
    return openssl_error(ErrorKind::malformed, "time-stamp request cannot be read");
  }
  const ContextHandle context = TRY(make_context(key, chain, now));
  const BioHandle bio(BIO_new_mem_buf(request.data(), static_cast<int>(request.size())));
  const ResponseHandle response(TS_RESP_create_response(context.get(), bio.get()));
  if (!response) return openssl_error(ErrorKind::internal, "time-stamp cannot be made");
  const auto* status = TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response.get()));
  if (ASN1_INTEGER_get(status) != TS_STATUS_GRANTED) {
    return openssl_error(ErrorKind::unsupported,
                         "time-stamp request is refused: " + refusal_text(response.get()));
  }
  TRY(set_signing_time(response.get(), now));
  return encode_der(i2d_TS_RESP, response.get());
}

}  // namespace mpk::crypto
