// Time-stamp requests, byte for byte (RFC 3161 §2.4.1).
#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/test_pki.hpp"
#include "crypto/timestamp.hpp"

namespace mpk::crypto {
namespace {

using namespace testing;

std::string request_hex(const Digest& digest, BytesView nonce, bool want_certificates) {
  return hex_encode(must(make_timestamp_request(digest, nonce, want_certificates)));
}

TEST_CASE("a request holds version, imprint, nonce and the wish for certificates") {
  const Digest digest = sha256(std::string_view("x"));
  const std::string imprint = "3031300d060960864801650304020105000420" + digest.hex();
  const Bytes nonce{0x8f, 1, 2, 3, 4, 5, 6, 7};
  CHECK(request_hex(digest, {}, false) == "3036020101" + imprint);
  CHECK(request_hex(digest, {}, true) == "3039020101" + imprint + "0101ff");
  // A leading zero keeps the nonce positive.
  CHECK(request_hex(digest, nonce, true) ==
        "3044020101" + imprint + "0209008f01020304050607" + "0101ff");
}

TEST_CASE("a request names the imprint's own algorithm") {
  CHECK(request_hex(hash(DigestAlgorithm::sha384, {}), {}, false).find("0609608648016503040202") !=
        std::string::npos);
  CHECK(request_hex(hash(DigestAlgorithm::sha512, {}), {}, false).find("0609608648016503040203") !=
        std::string::npos);
}

}  // namespace
}  // namespace mpk::crypto
