// Tests of challenge: the forms of WWW-Authenticate that registries send.
#include "oci/remote_auth.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::oci;

namespace {

// "scheme name=value;name=value", challenges separated by " | ".
std::string shown(const std::vector<Challenge>& challenges) {
  std::string out;
  for (const auto& challenge : challenges) {
    if (!out.empty()) out += " | ";
    out += challenge.scheme;
    for (const auto& [name, value] : challenge.parameters) {
      out.append(" ").append(name).append("=").append(value).append(";");
    }
  }
  return out;
}

}  // namespace

TEST_CASE("item 1: every form of a challenge is read") {
  const struct {
    const char* name;
    std::vector<std::string> headers;
    const char* expected;
  } rows[] = {
      {"none", {}, ""},
      {"empty", {"", " , "}, ""},
      {"docker hub",
       {R"(Bearer realm="https://auth.docker.io/token",service="registry.docker.io",)"
        R"(scope="repository:library/x:pull,push")"},
       "bearer realm=https://auth.docker.io/token; service=registry.docker.io; "
       "scope=repository:library/x:pull,push;"},
      {"two in one header",
       {R"(Bearer realm="https://a/t", Basic realm="b")"},
       "bearer realm=https://a/t; | basic realm=b;"},
      {"two headers",
       {R"(Basic realm="b")", R"(Bearer realm="https://a/t")"},
       "basic realm=b; | bearer realm=https://a/t;"},
      {"a scheme without parameters before another",
       {R"(Negotiate, Basic realm="b")"},
       "negotiate | basic realm=b;"},
      {"scheme and names in any case",
       {R"(BEARER Realm="https://a/T",SERVICE="S")"},
       "bearer realm=https://a/T; service=S;"},
      {"escapes in a quoted string",
       {R"(Basic realm="a \"b\" \\ c, d")"},
       R"(basic realm=a "b" \ c, d;)"},
      {"tokens as values",
       {"Bearer realm=x,error=insufficient_scope"},
       "bearer realm=x; error=insufficient_scope;"},
      {"white space around '='",
       {"Basic realm = \"b\" ,charset\t=\tUTF-8"},
       "basic realm=b; charset=UTF-8;"},
      {"a quoted string that looks like a challenge",
       {R"(Bearer realm="x, Basic realm=\"evil\"")"},
       R"(bearer realm=x, Basic realm="evil";)"},
      {"a quoted string without an end",
       {R"(Basic realm="b, Bearer realm=c)"},
       "basic realm=b, Bearer realm=c;"},
      {"an empty value", {R"(Bearer realm="",scope="")"}, "bearer realm=; scope=;"},
      {"characters that are no token", {R"(@@ Basic realm="b")"}, "basic realm=b;"},
      {"a backslash at the end", {"Basic realm=\"b\\"}, "basic realm=b\\;"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(shown(parse_challenges(row.headers)) == row.expected);
  }
}

TEST_CASE("a parameter is found by its name, the first of two, or is empty") {
  const auto challenges = parse_challenges({R"(Bearer scope="a",scope="b")"});
  REQUIRE(challenges.size() == 1);
  CHECK(challenges[0].parameter("scope") == "a");
  CHECK(challenges[0].parameter("realm").empty());
}
