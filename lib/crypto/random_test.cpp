// Tests of the system's randomness.
#include "crypto/random.hpp"

#include <doctest/doctest.h>

using namespace mpk;
using namespace mpk::crypto;

TEST_CASE("random bytes have the asked length and do not repeat") {
  SystemRandom random;
  const Bytes first = random.bytes(32);
  CHECK(first.size() == 32);
  CHECK(first != random.bytes(32));
  CHECK(random.bytes(0).empty());
}
