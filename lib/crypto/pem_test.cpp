// Tests of reading and writing PEM text, and of the error helper.
#include "crypto/pem.hpp"

#include "base/limits.hpp"
#include "crypto/openssl.hpp"

#include <doctest/doctest.h>
#include <openssl/err.h>

#include <ostream>

using namespace mpk;
using namespace mpk::crypto;

namespace {

const std::string kBlock = "-----BEGIN THING-----\nAQID\n-----END THING-----\n";

}  // namespace

TEST_CASE("PEM blocks are read in order, with text before them and white space after") {
  CHECK(write_pem("THING", Bytes{1, 2, 3}) == kBlock);
  const auto blocks = read_pem("# first\n" + kBlock + "\nsecond:\n" + kBlock + "\r\n \n");
  REQUIRE(blocks);
  REQUIRE(blocks->size() == 2);
  CHECK(blocks->front().label == "THING");
  CHECK(blocks->front().der == Bytes{1, 2, 3});
  CHECK_FALSE(blocks->front().encrypted);
}

TEST_CASE("PEM text that is empty, broken or followed by other text is refused") {
  for (const std::string& text :
       {std::string(), std::string(" \n"), std::string("no block"), kBlock + "more",
        kBlock.substr(0, kBlock.size() - 10), "-----BEGIN THING-----\n" + kBlock,
        std::string("-----BEGIN THING-----\nA*ID\n-----END THING-----\n"),
        std::string("-----BEGIN THING-----\nAQID\n-----END OTHER-----\n")}) {
    CAPTURE(text);
    const auto blocks = read_pem(text);
    REQUIRE_FALSE(blocks);
    CHECK(blocks.error().kind() == ErrorKind::malformed);
    CHECK(ERR_peek_error() == 0);
  }
}

TEST_CASE("PEM text of one byte over the limit is refused") {
  const std::string fits = std::string(limits::kTrustedRoot - kBlock.size(), '\n') + kBlock;
  CHECK(read_pem(fits));
  const auto over = read_pem("\n" + fits);
  REQUIRE_FALSE(over);
  CHECK(over.error().kind() == ErrorKind::too_large);
}

TEST_CASE("an OpenSSL error carries the oldest reason and leaves an empty queue") {
  ERR_raise(ERR_LIB_ASN1, ASN1_R_WRONG_TAG);
  ERR_raise(ERR_LIB_ASN1, ASN1_R_TOO_LONG);
  CHECK(openssl_error(ErrorKind::malformed, "thing is bad").text() == "thing is bad (wrong tag)");
  CHECK(ERR_peek_error() == 0);
  CHECK(openssl_error(ErrorKind::malformed, "thing is bad").text() == "thing is bad");
}
