// ASCII: each class at its borders, and nothing above 0x7f.
#include "base/ascii.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;

namespace {

std::string those(bool (*is)(char)) {
  std::string out;
  for (int c = -128; c < 128; ++c) {
    if (is(static_cast<char>(c))) out += static_cast<char>(c);
  }
  return out;
}

}  // namespace

TEST_CASE("digits and letters are those of ASCII") {
  const std::string digits = "0123456789";
  const std::string lower = "abcdefghijklmnopqrstuvwxyz";
  const std::string upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  CHECK(those(is_digit) == digits);
  CHECK(those(is_lower) == lower);
  CHECK(those(is_letter) == upper + lower);
  CHECK(those(is_letter_or_digit) == digits + upper + lower);
}

TEST_CASE("one is counted without an s, all others with one") {
  CHECK(counted(0, "file") == "0 files");
  CHECK(counted(1, "more file") == "1 more file");
  CHECK(counted(2, "file") == "2 files");
  CHECK(counted(18446744073709551615U, "file") == "18446744073709551615 files");
}
