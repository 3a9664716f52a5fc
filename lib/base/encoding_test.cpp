// Encoding: the vectors of RFC 4648 §10, and everything lenient decoders let through.
#include "base/encoding.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;

namespace {

Bytes every_byte(std::size_t count) {
  Bytes bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 + i / 256);
  return bytes;
}

}  // namespace

TEST_CASE("the vectors of RFC 4648 section 10 encode and decode") {
  struct Vector {
    const char *plain, *base64, *hex;
  };
  for (const auto& [plain, base64, hex] : {
           Vector{"", "", ""},
           Vector{"f", "Zg==", "66"},
           Vector{"fo", "Zm8=", "666f"},
           Vector{"foo", "Zm9v", "666f6f"},
           Vector{"foob", "Zm9vYg==", "666f6f62"},
           Vector{"fooba", "Zm9vYmE=", "666f6f6261"},
           Vector{"foobar", "Zm9vYmFy", "666f6f626172"},
       }) {
    CAPTURE(plain);
    CHECK(base64_encode(as_bytes(plain)) == base64);
    CHECK(base64_decode(base64).value() == to_bytes(plain));
    CHECK(hex_encode(as_bytes(plain)) == hex);
    CHECK(hex_decode(hex).value() == to_bytes(plain));
  }
}

TEST_CASE("base64url has its own two digits and no padding (RFC 7515 appendix C)") {
  const Bytes bytes{3, 236, 255, 224, 193};
  CHECK(base64url_encode(bytes) == "A-z_4ME");
  CHECK(base64_encode(bytes) == "A+z/4ME=");
  CHECK(base64url_decode("A-z_4ME").value() == bytes);
  CHECK(base64_decode("A+z/4ME=").value() == bytes);
  CHECK_FALSE(base64url_decode("A+z/4ME"));
  CHECK_FALSE(base64_decode("A-z_4ME="));
  CHECK_FALSE(base64url_decode("A-z_4ME="));
}

TEST_CASE("all lengths and all byte values survive the round trip") {
  for (std::size_t size = 0; size < 70; ++size) {
    const auto bytes = every_byte(size);
    CHECK(base64_decode(base64_encode(bytes)).value() == bytes);
    CHECK(base64url_decode(base64url_encode(bytes)).value() == bytes);
    CHECK(hex_decode(hex_encode(bytes)).value() == bytes);
  }
  const auto large = every_byte(1U << 20);
  CHECK(base64_decode(base64_encode(large)).value() == large);
}

TEST_CASE("base64 that is not canonical is malformed") {
  for (const std::string_view text : {
           "Zg",     // no padding
           "Zg=",    // too little
           "Zg===",  // too much
           "Z===",     "====",       "Zm9v====",
           "Z",                 // six bits are no byte
           "Zh==",     "Zm9=",  // unused bits are set: RFC 4648 §3.5
           "Zm9v\n",   "Zm9v\nZm9v", "Zm9 ",     " Zm9vZm8=", "Zm 9vYg==",
           "Zg==Zg==",  // padding in the middle
           "Zm=v",
           "Zm9\xc3",  // not ASCII
           "Zm9-",     "Zm9_",       "Zm9.",
       }) {
    CAPTURE(text);
    const auto decoded = base64_decode(text);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().kind() == ErrorKind::malformed);
  }
  CHECK_FALSE(base64_decode(std::string_view("Zm9\0", 4)));
}

TEST_CASE("base64url that is not canonical is malformed") {
  CHECK(base64url_decode("Zg").value() == to_bytes("f"));
  for (const std::string_view text :
       {"Zg==", "Zm8=", "Z", "Zm9vY", "Zh", "Zm9", "Zm 9v", "Zm9v\n", "=", "Zm=v"}) {
    CAPTURE(text);
    const auto decoded = base64url_decode(text);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("hex is read in both cases and written in lower case") {
  CHECK(hex_decode("DEADbeef").value() == Bytes{0xde, 0xad, 0xbe, 0xef});
  CHECK(hex_encode(Bytes{0xde, 0xad, 0xbe, 0xef}) == "deadbeef");
  for (const std::string_view text :
       {"abc", "0g", "g0", "0x12", "12 ", "1 2 ", "\xff\xff", "ab\ncd\n"}) {
    CAPTURE(text);
    const auto decoded = hex_decode(text);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("one hex digit has a value, another character has none") {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    CAPTURE(byte);
    const auto whole = hex_decode(std::string{'0', c});
    const auto value = hex_digit(c);
    REQUIRE(value.has_value() == whole.has_value());
    if (value) CHECK(*value == whole->front());
  }
}

TEST_CASE("lower-case hex has no other character") {
  CHECK(is_lower_hex("0123456789abcdef"));
  CHECK(is_lower_hex(""));
  for (const char* other : {"A", "0g", "0 ", "-1", "é"}) {
    CAPTURE(other);
    CHECK_FALSE(is_lower_hex(other));
  }
}

TEST_CASE("code points become UTF-8 at both ends of each length") {
  const struct {
    std::uint32_t code_point;
    const char* hex;
  } table[] = {{0x00, "00"},      {0x7f, "7f"},       {0x80, "c280"},        {0x7ff, "dfbf"},
               {0x800, "e0a080"}, {0xffff, "efbfbf"}, {0x10000, "f0908080"}, {0x10ffff, "f48fbfbf"},
               {0xe9, "c3a9"},    {0x20ac, "e282ac"}, {0x1f600, "f09f9880"}, {0xd800, "eda080"}};
  for (const auto& [code_point, hex] : table) {
    CAPTURE(code_point);
    std::string out = "x";
    append_utf8(out, code_point);
    CHECK(hex_encode(as_bytes(out)) == std::string("78") + hex);
  }
}

TEST_CASE("a bad character is named by value and offset, never printed") {
  CHECK(base64_decode("Zm9vZm\x1bv").error().text() ==
        "base64: character 0x1b at offset 6 is not in the alphabet");
  CHECK(hex_decode("00zz").error().text() ==
        "hex: character 0x7a at offset 2 is not in the alphabet");
}
