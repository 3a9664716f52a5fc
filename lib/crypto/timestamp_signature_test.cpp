// Time-stamps with a genuine signature that says too little: weak hashes, another content type.
#include "crypto/openssl.hpp"
#include "crypto/test_tsa.hpp"
#include "crypto/timestamp_token.hpp"

#include <openssl/ts.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace mpk::crypto {
namespace {

using namespace testing;

/// Signs the token again after `change` had its way with it.
template <class Change>
Bytes signed_again(const Tsa& tsa, Change change) {
  const auto response = decode_der<TsResponseHandle>(d2i_TS_RESP, tsa.response({}, true));
  REQUIRE(response);
  PKCS7* token = TS_RESP_get_token(response.get());
  PKCS7_SIGNER_INFO* info = sk_PKCS7_SIGNER_INFO_value(PKCS7_get_signer_info(token), 0);
  EVP_PKEY_up_ref(tsa.key.native());
  info->pkey = tsa.key.native();
  change(token, info);
  REQUIRE(PKCS7_SIGNER_INFO_sign(info) == 1);
  return encode_der(i2d_TS_RESP, response.get());
}

/// A token as OpenSSL alone makes it, by `imprint` and signed over `digest`.
Bytes plain_response(const Tsa& tsa, const EVP_MD* imprint, const EVP_MD* digest) {
  const Handle<TS_RESP_CTX, TS_RESP_CTX_free> context(TS_RESP_CTX_new());
  const Handle<TS_REQ, TS_REQ_free> request(TS_REQ_new());
  const Handle<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free> wanted(TS_MSG_IMPRINT_new());
  const Handle<X509_ALGOR, X509_ALGOR_free> algorithm(X509_ALGOR_new());
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(tsa.message.data(), tsa.message.size(), hash, &size, imprint, nullptr);
  X509_ALGOR_set_md(algorithm.get(), imprint);
  TS_MSG_IMPRINT_set_algo(wanted.get(), algorithm.get());
  TS_MSG_IMPRINT_set_msg(wanted.get(), hash, static_cast<int>(size));
  TS_REQ_set_version(request.get(), 1);
  TS_REQ_set_msg_imprint(request.get(), wanted.get());
  const BioHandle bio(BIO_new(BIO_s_mem()));
  i2d_TS_REQ_bio(bio.get(), request.get());

  const ObjectHandle policy(OBJ_txt2obj("1.2.3", 1));
  TS_RESP_CTX_set_signer_cert(context.get(), tsa.leaf.native());
  TS_RESP_CTX_set_signer_key(context.get(), tsa.key.native());
  TS_RESP_CTX_set_signer_digest(context.get(), digest);
  TS_RESP_CTX_set_ess_cert_id_digest(context.get(), EVP_sha1());
  TS_RESP_CTX_set_def_policy(context.get(), policy.get());
  TS_RESP_CTX_add_md(context.get(), imprint);
  std::int64_t now = kNow.seconds();
  TS_RESP_CTX_set_time_cb(
      context.get(),
      [](TS_RESP_CTX*, void* data, long* seconds, long* microseconds) {
        *seconds = *static_cast<std::int64_t*>(data);
        *microseconds = 0;
        return 1;
      },
      &now);
  const TsResponseHandle response(TS_RESP_create_response(context.get(), bio.get()));
  REQUIRE(response);
  return encode_der(i2d_TS_RESP, response.get());
}

TEST_CASE("a token by plain OpenSSL with an ESSCertID by SHA-1 verifies") {
  const Tsa tsa;
  const Bytes response = plain_response(tsa, EVP_sha256(), EVP_sha256());
  CHECK(kind_of(verify_timestamp(response, tsa.message, {tsa.authority()})) == "");
}

TEST_CASE("a weak hash of the message or under the signature is untrusted") {
  const Tsa tsa;
  for (const EVP_MD* weak : {EVP_sha1(), EVP_sha224(), EVP_sha3_256()}) {
    CAPTURE(EVP_MD_get0_name(weak));
    CHECK(kind_of(verify_timestamp(plain_response(tsa, weak, EVP_sha256()), tsa.message,
                                   {tsa.authority()})) == "untrusted");
    CHECK(kind_of(verify_timestamp(plain_response(tsa, EVP_sha256(), weak), tsa.message,
                                   {tsa.authority()})) == "untrusted");
  }
}

TEST_CASE("a signature over another content type is untrusted") {
  const Tsa tsa;
  for (const int type : {NID_id_smime_ct_TSTInfo, NID_pkcs7_data}) {
    CAPTURE(type);
    const Bytes response = signed_again(tsa, [&](PKCS7*, PKCS7_SIGNER_INFO* info) {
      PKCS7_add_signed_attribute(info, NID_pkcs9_contentType, V_ASN1_OBJECT, OBJ_nid2obj(type));
    });
    CHECK(kind_of(verify_timestamp(response, tsa.message, {tsa.authority()})) ==
          (type == NID_pkcs7_data ? "untrusted" : ""));
  }
}

TEST_CASE("a signature without the signer's identifier is untrusted") {
  const Tsa tsa;
  const Bytes response = signed_again(tsa, [](PKCS7*, PKCS7_SIGNER_INFO* info) {
    STACK_OF(X509_ATTRIBUTE)* attributes = PKCS7_get_signed_attributes(info);
    const int at = X509at_get_attr_by_NID(attributes, NID_id_smime_aa_signingCertificateV2, -1);
    REQUIRE(at >= 0);
    X509_ATTRIBUTE_free(X509at_delete_attr(attributes, at));
  });
  CHECK(kind_of(verify_timestamp(response, tsa.message, {tsa.authority()})) == "untrusted");
}

TEST_CASE("a token with two signatures, or none, is untrusted") {
  const Tsa tsa;
  const Bytes twice = signed_again(tsa, [](PKCS7* token, PKCS7_SIGNER_INFO* info) {
    sk_PKCS7_SIGNER_INFO_push(
        PKCS7_get_signer_info(token),
        static_cast<PKCS7_SIGNER_INFO*>(ASN1_item_dup(ASN1_ITEM_rptr(PKCS7_SIGNER_INFO), info)));
  });
  CHECK(kind_of(verify_timestamp(twice, tsa.message, {tsa.authority()})) == "untrusted");
  const auto response = decode_der<TsResponseHandle>(d2i_TS_RESP, tsa.response());
  auto* infos = PKCS7_get_signer_info(TS_RESP_get_token(response.get()));
  PKCS7_SIGNER_INFO_free(sk_PKCS7_SIGNER_INFO_pop(infos));
  CHECK(kind_of(verify_timestamp(encode_der(i2d_TS_RESP, response.get()), tsa.message,
                                 {tsa.authority()})) == "untrusted");
}

TEST_CASE("a token's certificates are well-formed, and the signer's is among them") {
  const Tsa tsa;
  const Bytes whole = tsa.response({}, true);
  const auto with_leaf = [&](const Bytes& leaf, std::size_t at, std::uint8_t bits) {
    Bytes changed = whole;
    const auto place = std::ranges::search(changed, leaf);
    REQUIRE(!place.empty());
    *(place.begin() + static_cast<std::ptrdiff_t>(at)) ^= bits;
    return kind_of(verify_timestamp(changed, tsa.message, {tsa.authority()}));
  };
  const Bytes& leaf = tsa.leaf.der();
  const std::string_view ecdsa("\x2a\x86\x48\xce\x3d\x04\x03", 7);
  const std::size_t outer = as_text(leaf).rfind(ecdsa);
  CHECK(with_leaf(leaf, 0, 0) == "");
  // RFC 5280 §4.1.1.2; the token's signature covers none of this.
  CHECK(with_leaf(leaf, outer + ecdsa.size(), 1) == "malformed");
  CHECK(with_leaf(leaf, leaf.size() - 1, 1) == "untrusted");  // its signature: another certificate

  // RFC 3161 §2.4.1: with certificates the signer's, or none at all.
  const struct {
    std::vector<Certificate> certificates;
    const char* kind;
  } rows[] = {{{}, ""},
              {{tsa.leaf}, ""},
              {{tsa.root.certificate, tsa.leaf}, ""},
              {{tsa.root.certificate}, "untrusted"}};
  for (const auto& row : rows) {
    CAPTURE(row.certificates.size());
    const auto response = decode_der<TsResponseHandle>(d2i_TS_RESP, tsa.response({}, false));
    REQUIRE(response);
    for (const auto& each : row.certificates) {
      REQUIRE(PKCS7_add_certificate(TS_RESP_get_token(response.get()), each.native()) == 1);
    }
    CHECK(kind_of(verify_timestamp(encode_der(i2d_TS_RESP, response.get()), tsa.message,
                                   {tsa.authority()})) == row.kind);
  }
}

}  // namespace
}  // namespace mpk::crypto
