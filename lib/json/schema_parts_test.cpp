// The validator's parts: numbers, equality, formats, references.
#include "json/parse.hpp"
#include "json/schema_format.hpp"
#include "json/schema_number.hpp"
#include "json/schema_refs.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

namespace mpk::json::draft7 {

TEST_CASE("multiples are counted in decimals, exactly") {
  const struct {
    const char *number, *divisor;
    bool multiple;
  } table[] = {
      {"0", "7", true},
      {"14", "7", true},
      {"15", "7", false},
      {"-14", "7", true},
      {"0.3", "0.1", true},
      {"0.35", "0.1", false},
      {"19.99", "0.01", true},
      {"19.999", "0.01", false},
      {"1.1", "2.2", false},
      {"0.0075", "0.0001", true},
      {"1e308", "0.123456789", false},
      {"1e308", "1e-308", true},
      {"1e-308", "1e308", false},
      {"18446744073709551615", "5", true},
      {"18446744073709551615", "18446744073709551614", false},
      {"9007199254740993", "2", false},
      {"1e20", "3", false},
      {"3e20", "3", true},
  };
  for (const auto& row : table) {
    CAPTURE(row.number);
    CAPTURE(row.divisor);
    CHECK(is_multiple(to_number(parse(row.number).value()),
                      to_number(parse(row.divisor).value())) == row.multiple);
  }
}

TEST_CASE("equal values have equal keys and only they") {
  const struct {
    const char *a, *b;
    bool equal;
  } table[] = {
      {"1", "1.0", true},
      {"-0.0", "0", true},
      {"1e2", "100", true},
      {"9007199254740993", "9007199254740992.0", false},
      {"0.1", "0.10", true},
      {"1", "\"1\"", false},
      {"0", "false", false},
      {"null", "false", false},
      {"\"\"", "null", false},
      {"[]", "{}", false},
      {R"(["a","b"])", R"(["ab",""])", false},
      {R"(["a\"1:b"])", R"(["a","b"])", false},
      {"[1,2]", "[12]", false},
      {"[[1],2]", "[[1,2]]", false},
      {R"({"a":1,"b":[2]})", R"({"b":[2.0],"a":1})", true},
      {R"({"a":1})", R"({"a":1,"b":null})", false},
      {R"({"a":{"b":1}})", R"({"a":{},"b":1})", false},
  };
  for (const auto& row : table) {
    CAPTURE(row.a);
    CAPTURE(row.b);
    CHECK((equality_key(parse(row.a).value()) == equality_key(parse(row.b).value())) == row.equal);
  }
}

TEST_CASE("each format accepts its texts and refuses their neighbours") {
  const struct {
    const char *format, *text;
    bool valid;
  } table[] = {
      {"date", "2024-02-29", true},
      {"date", "2023-02-29", false},
      {"date", "2024-2-29", false},
      {"date", "2024-02-29T00:00:00Z", false},
      {"date-time", "2024-02-29T23:59:59.5+01:00", true},
      {"date-time", "2024-02-29T23:59:59", false},
      {"date-time", "2024-02-29 23:59:59Z", false},
      {"uuid", "8c1f4a52-6f0e-5b57-9f7c-2f1d0a6f3f10", true},
      {"uuid", "8C1F4A52-6F0E-5B57-9F7C-2F1D0A6F3F10", true},
      {"uuid", "8c1f4a526f0e-5b57-9f7c-2f1d0a6f3f10-", false},
      {"uuid", "8c1f4a52-6f0e-5b57-9f7c-2f1d0a6f3f1g", false},
      {"uuid", "urn:uuid:8c1f4a52-6f0e-5b57-9f7c-2f1d0a6f3f10", false},
      {"uri", "https://example.com:8443/a;b=1/%7E?q=[", false},
      {"uri", "https://example.com:8443/a;b=1/%7E?q=/?@:", true},
      {"uri", "https://example.com:84a/", false},
      {"uri", "https://user:pw@[2001:db8::1]:1/", true},
      {"uri", "https://[]/", false},
      {"uri", "https://[2001:db8::1/", false},
      {"uri", "https://[::1]x/", false},
      {"uri", "https://a/%zz", false},
      {"uri", "https://a/%7", false},
      {"uri", "1http://a", false},
      {"uri", "pkg:generic/a@1.0", true},
      {"uri", "urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1#a", true},
      {"uri", "https://a/é", false},
      {"uri", "https://a/#x#y", false},
      {"uri", "", false},
      {"uri-reference", "", true},
      {"uri-reference", "../a?b#c", true},
      {"uri-reference", "a b", false},
      {"uri-reference", "bar,baz:foo", false},
      {"uri-reference", "./bar,baz:foo", true},
      {"iri-reference", "https://例え.jp/パス?q=é", true},
      {"iri-reference", "https://a/<b>", false},
      {"iri-reference", "a\x7f", false},
      {"email", "a.b+c@example.com", true},
      {"email", "\"a b\"@example.com", true},
      {"email", "a@[192.0.2.1]", true},
      {"email", "a b@example.com", false},
      {"email", ".a@example.com", false},
      {"email", "a..b@example.com", false},
      {"email", "a@example..com", false},
      {"email", "a@", false},
      {"email", "@example.com", false},
      {"email", "é@example.com", false},
      {"idn-email", "é@éxample.com", true},
      {"idn-email", "é", false},
  };
  for (const auto& row : table) {
    CAPTURE(row.format);
    CAPTURE(row.text);
    const auto format = format_by_name(row.format);
    REQUIRE(format);
    CHECK(format_name(*format) == row.format);
    CHECK(has_format(row.text, *format) == row.valid);
  }
  CHECK_FALSE(format_by_name("hostname"));
}

TEST_CASE("RFC 3986 section 5.4: references are resolved") {
  const struct {
    const char *reference, *target;
  } table[] = {
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"g#s", "http://a/b/c/g#s"},
      {"g?y#s", "http://a/b/c/g?y#s"},
      {";x", "http://a/b/c/;x"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g..", "http://a/b/c/g.."},
      {"./g/.", "http://a/b/c/g/"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g#s/../x", "http://a/b/c/g#s/../x"},
  };
  for (const auto& row : table) {
    CAPTURE(row.reference);
    CHECK(resolve_uri("http://a/b/c/d;p?q", row.reference) == row.target);
  }
  CHECK(resolve_uri("", "#/definitions/a") == "#/definitions/a");
  CHECK(resolve_uri("http://a", "g") == "http://a/g");
}

TEST_CASE("a pointer step escapes what RFC 6901 escapes") {
  CHECK(pointer_step("/a", "b/c~d") == "/a/b~1c~0d");
  CHECK(pointer_step("", "") == "/");
}

}  // namespace mpk::json::draft7
