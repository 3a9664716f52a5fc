// HTTP-date.
#include "http/http_date.hpp"

#include <doctest/doctest.h>

#include <ostream>

namespace mpk::http {
namespace {

TEST_CASE("the three forms of an HTTP date are one time") {
  for (const auto* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994"}) {
    CAPTURE(text);
    CHECK(parse_http_date(text).value().text() == "1994-11-06T08:49:37Z");
  }
  CHECK(parse_http_date("Thu, 29 Feb 2024 00:00:00 GMT").value().text() == "2024-02-29T00:00:00Z");
  CHECK(parse_http_date("Friday, 01-Jan-27 00:00:00 GMT").value().text() == "2027-01-01T00:00:00Z");
}

TEST_CASE("what is no HTTP date is refused") {
  for (const auto* text : {"", "120", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
                           "Sun, 30 Feb 2024 00:00:00 GMT", "Sun, 06 Nob 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 8:49:37 GMT",
                           "Sun, 06 Nov 199 08:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
                           "Sun, 006 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"}) {
    CAPTURE(text);
    const auto date = parse_http_date(text);
    REQUIRE_FALSE(date.has_value());
    CHECK(date.error().kind() == ErrorKind::malformed);
  }
}

}  // namespace
}  // namespace mpk::http
