// Tests of Content-Range.
#include "oci/content_range.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk::oci;

TEST_CASE("a Content-Range is understood as RFC 9110 writes it, and nothing else") {
  CHECK(parse_content_range("bytes 0-99/1234") == ContentRange{0, 99, 1234});
  CHECK(parse_content_range(" Bytes  5-5/6 ") == ContentRange{5, 5, 6});
  for (const char* refused :
       {"", "bytes", "bytes 0-99", "bytes 0-99/*", "bytes */1234", "bytes=0-99/1234",
        "bytes0-99/1234", "items 0-99/1234", "bytes 9-8/10", "bytes 0-10/10", "bytes -1/10",
        "bytes 0-/10", "bytes 0-1/", "bytes 0x0-1/10", "bytes 0-1/10,2-3/10", "bytes 0/1-10",
        "bytes 0-18446744073709551616/18446744073709551617"}) {
    CAPTURE(refused);
    CHECK_FALSE(parse_content_range(refused));
  }
}
