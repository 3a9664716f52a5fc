// BLAKE2b: the vector of RFC 7693 and those of other programs.
#include "crypto/blake2b.hpp"

#include "base/encoding.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::crypto;

TEST_CASE("BLAKE2b has the digests of RFC 7693, in one piece and in several") {
  Blake2b hash;
  hash.update(as_bytes("abc"));
  // RFC 7693, Appendix A.
  const std::string abc =
      "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
      "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923";
  CHECK(hex_encode(hash.finish()) == abc);
  for (const auto* piece : {"a", "", "bc"}) hash.update(as_bytes(piece));
  CHECK(hex_encode(hash.finish()) == abc);
  CHECK(hex_encode(hash.finish()).starts_with("786a02f742015903c6c6fd852552d272"));
}
