// What the time-stamping authority puts into its answer, and what it refuses to answer.
#include "base/encoding.hpp"
#include "crypto/test_tsa.hpp"

namespace mpk::crypto {
namespace {

using namespace testing;

TEST_CASE("certificates are in the answer only when they were asked for, the root never") {
  const Tsa tsa;
  CHECK_FALSE(contains(tsa.response({}, false), tsa.leaf.der()));
  const Bytes with = tsa.response({}, true);
  CHECK(contains(with, tsa.leaf.der()));
  CHECK_FALSE(contains(with, tsa.root.certificate.der()));
}

TEST_CASE("the answer names policy, nonce, time and the signer's certificate by ESSCertIDv2") {
  const Tsa tsa;
  const Bytes nonce{0x11, 2, 3, 4, 5, 6, 7, 8};
  const Bytes response = tsa.response(nonce, false);
  // OBJECT IDENTIFIER 1.3.6.1.4.1.57264.2
  CHECK(contains(response, must(hex_decode("06092b0601040183bf3002"))));
  CHECK(contains(response, must(hex_decode("02081102030405060708"))));
  CHECK(contains(response, as_bytes("20251009085320Z")));
  // id-aa-signingCertificateV2 (RFC 5816), and the SHA-256 of the certificate
  CHECK(contains(response, must(hex_decode("060b2a864886f70d010910022f"))));
  CHECK(contains(response, sha256(tsa.leaf.der()).bytes()));
}

TEST_CASE("a key of every kind that CMS can carry signs") {
  for (const KeyType type :
       {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521, KeyType::rsa}) {
    CAPTURE(to_string(type));
    Tsa tsa;
    tsa.key = must(PrivateKey::generate(type));
    tsa.leaf = must(issue_certificate(tsa_request(tsa.key.public_key()), tsa.root.issuer()));
    CHECK(verify_timestamp(tsa.response(), tsa.message, {tsa.authority()}));
  }
}

TEST_CASE("what is no request, or not to be granted, gets an error") {
  const Tsa tsa;
  const std::vector<Certificate> chain{tsa.leaf, tsa.root.certificate};
  const auto answer = [&](const Bytes& request) {
    return kind_of(make_timestamp_response(request, tsa.key, chain, kNow));
  };
  CHECK(answer(tsa.request()) == "");
  CHECK(answer({}) == "malformed");
  CHECK(answer(to_bytes("hello")) == "malformed");
  Bytes longer = tsa.request();
  longer.push_back(0);
  CHECK(answer(longer) == "malformed");

  // Version 2; and an imprint that says SHA3-256 with 32 bytes.
  Bytes version = tsa.request();
  version.at(4) = 2;
  CHECK(answer(version) == "unsupported");
  Bytes algorithm = tsa.request();
  algorithm.at(19) = 8;
  CHECK(answer(algorithm) == "unsupported");
}

TEST_CASE("a certificate that is not for time-stamping cannot sign") {
  const Tsa tsa;
  const auto leaf = must(issue_certificate(leaf_request(tsa.key.public_key()), tsa.root.issuer()));
  CHECK(kind_of(make_timestamp_response(tsa.request(), tsa.key, {leaf}, kNow)) == "usage");
  CHECK(kind_of(make_timestamp_response(tsa.request(), tsa.key, {}, kNow)) == "usage");
}

}  // namespace
}  // namespace mpk::crypto
