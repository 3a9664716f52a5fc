// Bytes: views and the constant-time comparison.
#include "base/bytes.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;

TEST_CASE("text survives the way to bytes and back, NUL and high bytes included") {
  const std::string text("a\0\xff z", 5);
  CHECK(as_text(as_bytes(text)) == text);
  CHECK(as_text(to_bytes(text)) == text);
  CHECK(to_bytes(text)[2] == 0xff);
}

TEST_CASE("constant-time equality agrees with equality") {
  CHECK(equal_constant_time({}, {}));
  CHECK(equal_constant_time(as_bytes("token"), as_bytes("token")));
  CHECK_FALSE(equal_constant_time(as_bytes("token"), as_bytes("tokem")));
  CHECK_FALSE(equal_constant_time(as_bytes("xoken"), as_bytes("token")));
  CHECK_FALSE(equal_constant_time(as_bytes("token"), as_bytes("token ")));
  CHECK_FALSE(equal_constant_time(as_bytes("token"), {}));
}
