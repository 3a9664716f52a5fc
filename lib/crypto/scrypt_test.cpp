// Tests of scrypt: the vectors of RFC 7914 §12.
#include "crypto/scrypt.hpp"

#include "base/bytes.hpp"
#include "base/encoding.hpp"

#include <doctest/doctest.h>
#include <openssl/err.h>

#include <ostream>
#include <string_view>

using namespace mpk;
using namespace mpk::crypto;

TEST_CASE("scrypt gives the keys of RFC 7914") {
  struct Case {
    std::string_view password, salt;
    ScryptParameters parameters;
    std::string_view key;
  };
  for (const Case& c : {Case{"",
                             "",
                             {16, 1, 1},
                             "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                             "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"},
                        Case{"password",
                             "NaCl",
                             {1024, 8, 16},
                             "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                             "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"}}) {
    CHECK(hex_encode(scrypt(c.password, as_bytes(c.salt), c.parameters, 64).value()) == c.key);
  }
}

TEST_CASE(
    "scrypt takes cosign's cost, which is over OpenSSL's own limit, and refuses impossible ones") {
  CHECK(scrypt("p", as_bytes("salt"), {65536, 8, 1}, 32)->size() == 32);
  for (const ScryptParameters& refused :
       {ScryptParameters{1000, 8, 1}, ScryptParameters{0, 8, 1}, ScryptParameters{16, 0, 1}}) {
    CHECK_FALSE(scrypt("p", as_bytes("salt"), refused, 32));
    CHECK(ERR_peek_error() == 0);
  }
}
