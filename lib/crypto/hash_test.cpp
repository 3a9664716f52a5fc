// Tests of hashing against FIPS 180-4 examples.
#include "crypto/hash.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::crypto;

TEST_CASE("hashes equal the published examples") {
  CHECK(sha256("").hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc").text() ==
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hash(DigestAlgorithm::sha384, as_bytes("abc")).hex() ==
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
        "8086072ba1e7cc2358baeca134c825a7");
  CHECK(hash(DigestAlgorithm::sha512, as_bytes("abc")).hex() ==
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  CHECK(sha256("abc") != sha256("abd"));
}

TEST_CASE("pieces hash like the whole, and a finished hasher starts anew") {
  Hasher hasher;
  hasher.update(as_bytes("a"));
  hasher.update({});
  hasher.update(as_bytes("bc"));
  CHECK(hasher.finish() == sha256("abc"));
  CHECK(hasher.finish() == sha256(""));

  Hasher other(DigestAlgorithm::sha512);
  other.update(as_bytes("a"));
  hasher = std::move(other);
  hasher.update(as_bytes("bc"));
  CHECK(hasher.finish() == hash(DigestAlgorithm::sha512, as_bytes("abc")));
}
