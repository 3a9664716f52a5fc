// OLPC canonical JSON: what is escaped and what is not.
#include "tuf/canonical.hpp"

#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace mpk;

TEST_CASE("canonical JSON sorts, drops white space and escapes two characters only") {
  struct Case {
    const char* in;
    const char* out;
  };
  for (const auto& [in, out] : {
           Case{R"({"b": 1, "a" : [ true, null, -5 ]})", R"({"a":[true,null,-5],"b":1})"},
           Case{R"("a\"b\\c")", R"("a\"b\\c")"},
           Case{R"("line\nfeed é / \u00e9")", "\"line\nfeed é / é\""},
           Case{R"({"é":1,"z":2,"":3})", R"({"":3,"z":2,"é":1})"},
           Case{"{}", "{}"},
           Case{"18446744073709551615", "18446744073709551615"},
       }) {
    CAPTURE(in);
    CHECK(tuf::canonical(json::parse(in).take()).take() == out);
  }
}

TEST_CASE("canonical JSON has no fractions and no integers beyond 64 bits") {
  for (const char* in : {"1.5", "[1e3]", R"({"a":{"b":18446744073709551616}})"}) {
    CAPTURE(in);
    const auto out = tuf::canonical(json::parse(in).take());
    REQUIRE_FALSE(out);
    CHECK(out.error().kind() == ErrorKind::malformed);
  }
}
