// Url: parsing, RFC 3986 §5.4 resolution, redaction, and what counts as the same origin.
#include "base/url.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;

namespace {

Url url(std::string_view text) { return Url::parse(text).take(); }

}  // namespace

TEST_CASE("a url is taken apart, scheme and host in lower case, the rest as written") {
  const auto u = url("HTTPS://User:p%40ss@Ghcr.IO:8443/V2/A%2fb?Sig=a%2Fb&x=#frag?ment");
  CHECK(u.scheme == "https");
  CHECK(u.userinfo == "User:p%40ss");
  CHECK(u.host == "ghcr.io");
  CHECK(u.port == std::uint16_t{8443});
  CHECK(u.path == "/V2/A%2fb");
  CHECK(u.query == "Sig=a%2Fb&x=");
  CHECK(u.text() == "https://ghcr.io:8443/V2/A%2fb?Sig=a%2Fb&x=");
}

TEST_CASE("missing parts get their defaults") {
  struct Row {
    const char *in, *text;
    std::uint16_t port;
  };
  for (const auto& [in, text, port] : {
           Row{"http://localhost", "http://localhost/", 80},
           Row{"https://localhost?a", "https://localhost/?a", 443},
           Row{"https://a.b:443/x", "https://a.b/x", 443},
           Row{"http://a.b:443/x", "http://a.b:443/x", 443},
           Row{"http://a.b:/x", "http://a.b/x", 80},
           Row{"http://[2001:DB8::1]:5000/x", "http://[2001:db8::1]:5000/x", 5000},
           Row{"http://[::1]", "http://[::1]/", 80},
           Row{"http://127.0.0.1:5000/v2/?n=1?2", "http://127.0.0.1:5000/v2/?n=1?2", 5000},
           Row{"https://my_host-1.example./", "https://my_host-1.example./", 443},
       }) {
    CAPTURE(in);
    const auto parsed = Url::parse(in);
    REQUIRE(parsed);
    CHECK(parsed->text() == text);
    CHECK(parsed->effective_port() == port);
  }
}

TEST_CASE("what is not a plain http url is malformed") {
  for (const std::string_view text : {
           "",
           "ghcr.io",
           "//ghcr.io/x",
           "/v2/",
           "ftp://a.b/",
           "file:///etc/passwd",
           "https:/a.b",
           "https:a.b",
           "https://",
           "https:///path",
           "https://:443/",
           "https://user@/",
           "https://?q",
           "https://a.b:0/",
           "https://a.b:65536/",
           "https://a.b:+80/",
           "https://a.b:8o/",
           "https://a.b:80:80/",
           "https://a b/",
           "https://a.b/x y",
           "https://a.b/\r\nX: y",
           "https://a.b/\x7f",
           "https://a@b@c/",
           "https://a%2eb/",
           "https://a.b\\@c/",
           "https://ex\xc3\xa4mple/",
           "https://[::1",
           "https://::1/",
           "https://[]/",
           "https://[::1]x/",
           "https://[fe80::1%25eth0]/",
           "https://[1.2.3.4]/",
           "https://a,b/",
       }) {
    CAPTURE(text);
    const auto parsed = Url::parse(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("an error about a url does not repeat its credentials") {
  const auto error = Url::parse("https://user:hunter2@a b/").error();
  CHECK(error.text().find("hunter2") == std::string::npos);
  CHECK(Url::parse("https://user:hunter2@a@b/").error().text().find("hunter2") ==
        std::string::npos);
}

TEST_CASE("references resolve as in RFC 3986 section 5.4") {
  const auto base = url("http://a/b/c/d;p?q");
  struct Row {
    const char *reference, *target;
  };
  for (const auto& [reference, target] : {
           // §5.4.1, fragments dropped
           Row{"g", "http://a/b/c/g"},
           Row{"./g", "http://a/b/c/g"},
           Row{"g/", "http://a/b/c/g/"},
           Row{"/g", "http://a/g"},
           Row{"//g", "http://g/"},
           Row{"?y", "http://a/b/c/d;p?y"},
           Row{"g?y", "http://a/b/c/g?y"},
           Row{"#s", "http://a/b/c/d;p?q"},
           Row{"g#s", "http://a/b/c/g"},
           Row{"g?y#s", "http://a/b/c/g?y"},
           Row{";x", "http://a/b/c/;x"},
           Row{"g;x?y#s", "http://a/b/c/g;x?y"},
           Row{"", "http://a/b/c/d;p?q"},
           Row{".", "http://a/b/c/"},
           Row{"./", "http://a/b/c/"},
           Row{"..", "http://a/b/"},
           Row{"../", "http://a/b/"},
           Row{"../g", "http://a/b/g"},
           Row{"../..", "http://a/"},
           Row{"../../", "http://a/"},
           Row{"../../g", "http://a/g"},
           // §5.4.2
           Row{"../../../g", "http://a/g"},
           Row{"/./g", "http://a/g"},
           Row{"/../g", "http://a/g"},
           Row{"g.", "http://a/b/c/g."},
           Row{"..g", "http://a/b/c/..g"},
           Row{"./../g", "http://a/b/g"},
           Row{"./g/.", "http://a/b/c/g/"},
           Row{"g/./h", "http://a/b/c/g/h"},
           Row{"g/../h", "http://a/b/c/h"},
           Row{"g;x=1/../y", "http://a/b/c/y"},
           Row{"g?y/../x", "http://a/b/c/g?y/../x"},
           // what registries send
           Row{"https://s3.example/blob?X-Amz-Signature=a%2Bb%3D",
               "https://s3.example/blob?X-Amz-Signature=a%2Bb%3D"},
           Row{"/v2/x/blobs/uploads/1?_state=abc%3D%3D",
               "http://a/v2/x/blobs/uploads/1?_state=abc%3D%3D"},
           Row{"//b:5000/x/../y", "http://b:5000/y"},
           Row{"/a//b", "http://a/a//b"},
       }) {
    CAPTURE(reference);
    const auto resolved = base.resolve(reference);
    REQUIRE(resolved);
    CHECK(resolved->text() == target);
  }
}

TEST_CASE("a reference out of http, or with control characters, is malformed") {
  const auto base = url("https://a/b");
  for (const std::string_view text : {"file:///etc/passwd", "javascript:x", "ftp://a/", "//", "x y",
                                      "/x\r\nSet-Cookie: y", "http:g"}) {
    CAPTURE(text);
    const auto resolved = base.resolve(text);
    REQUIRE_FALSE(resolved);
    CHECK(resolved.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("a query field is added behind what is there, its value encoded") {
  CHECK(url("https://a/b").with_query("digest", "sha256:ab").text() ==
        "https://a/b?digest=sha256%3Aab");
  CHECK(url("https://a/b?_state=x%3D").with_query("digest", "a&b=c").text() ==
        "https://a/b?_state=x%3D&digest=a%26b%3Dc");
}

TEST_CASE("the redacted form hides userinfo and query values, and cannot steer a terminal") {
  CHECK(url("https://me:pw@a:444/p?sig=abc&n=1&token").redacted() == "https://a:444/p?sig=…&n=…&…");
  CHECK(url("https://me:pw@a/p").redacted() == "https://a/p");
  CHECK(url("https://a/\xc2\x9b"
            "2J")
            .redacted() == "https://a/\\u009b2J");
  CHECK(url("https://me:pw@a/p").text() == "https://a/p");
}

TEST_CASE("the authority shows the port only when it is not the default one") {
  CHECK(url("https://a:443/").authority() == "a");
  CHECK(url("https://a:80/").authority() == "a:80");
  CHECK(url("http://[::1]:5000/").authority() == "[::1]:5000");
}

TEST_CASE("the same origin is the same scheme, host and effective port") {
  const auto base = url("https://ghcr.io/v2/");
  CHECK(base.same_origin(url("https://GHCR.io:443/other?x")));
  CHECK_FALSE(base.same_origin(url("http://ghcr.io/v2/")));
  CHECK_FALSE(base.same_origin(url("http://ghcr.io:443/v2/")));
  CHECK_FALSE(base.same_origin(url("https://ghcr.io:8443/v2/")));
  CHECK_FALSE(base.same_origin(url("https://ghcr.io.evil.example/v2/")));
  CHECK_FALSE(base.same_origin(url("https://ghcr.io./v2/")));
}

TEST_CASE("a scheme begins with a letter and has letters, digits and +-. behind it") {
  for (const std::string_view text : {"a", "Z", "oci", "git+https", "x-1.y"}) {
    CAPTURE(text);
    CHECK(is_scheme(text));
  }
  for (const std::string_view text : {"", "1a", "+a", ".", "a:", "a/b", "a_b", "a b", "\xc3\xa4"}) {
    CAPTURE(text);
    CHECK_FALSE(is_scheme(text));
  }
}

TEST_CASE("percent-encoding keeps the unreserved characters and decodes strictly") {
  CHECK(percent_encode("AZaz09-._~") == "AZaz09-._~");
  CHECK(percent_encode("a b/c:é+") == "a%20b%2Fc%3A%C3%A9%2B");
  CHECK(percent_encode("a b/c:é+", "/:") == "a%20b/c:%C3%A9%2B");
  CHECK(percent_decode("a%20b%2fc%3A%C3%A9+").value() == "a b/c:é+");
  CHECK(percent_decode("%00").value() == std::string(1, '\0'));
  for (const std::string_view text : {"%", "%2", "a%", "%zz", "%2g", "%%20", "% 1"}) {
    CAPTURE(text);
    const auto decoded = percent_decode(text);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("forms encode as x-www-form-urlencoded") {
  CHECK(form_encode(
            {{"grant_type", "a b"}, {"scope", "repository:x/y:pull,push"}, {"k~", "*-._~"}}) ==
        "grant_type=a+b&scope=repository%3Ax%2Fy%3Apull%2Cpush&k%7E=*-._%7E");
  CHECK(form_encode({}).empty());
}

TEST_CASE("loopback hosts are recognised and look-alikes are not") {
  for (const std::string_view host : {"localhost", "LOCALHOST", "localhost:5000", "127.0.0.1",
                                      "127.8.9.10:80", "[::1]", "[::1]:5000"}) {
    CAPTURE(host);
    CHECK(is_loopback_host(host));
  }
  for (const std::string_view host :
       {"", "localhost.evil.example", "notlocalhost", "127.0.0.1.evil.example", "128.0.0.1",
        "127.1", "0177.0.0.1", "[::2]", "::1", "[::1]evil", "localhost:", "localhost:x",
        "localhost:70000", "10.0.0.1", "127.0.0.1@evil", "[::ffff:127.0.0.1]"}) {
    CAPTURE(host);
    CHECK_FALSE(is_loopback_host(host));
  }
  CHECK_FALSE(is_loopback_host(std::string_view("127.0.0.1\0.evil", 15)));
}
