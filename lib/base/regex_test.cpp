// Regex: whole-text matching, linear time, and refused patterns.
#include "base/regex.hpp"

#include "base/limits.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <ostream>

using namespace mpk;

namespace {

Regex regex(std::string_view pattern) { return Regex::compile(pattern).take(); }

}  // namespace

TEST_CASE("a full match covers the whole text, a partial one any piece") {
  const auto identity = regex("https://github\\.com/acme/.*|acme@example\\.com");
  CHECK(identity.full_match("https://github.com/acme/model"));
  CHECK(identity.full_match("acme@example.com"));
  for (const std::string_view text : {"xhttps://github.com/acme/model", "acme@example.com.evil",
                                      "evil-acme@example.com", "https://githubxcom/acme/"}) {
    CAPTURE(text);
    CHECK_FALSE(identity.full_match(text));
  }
  CHECK(identity.partial_match("evil-acme@example.com"));
  CHECK_FALSE(identity.partial_match("acme@example"));
}

TEST_CASE("a line break is not a way around the end anchor") {
  const auto pattern = regex("acme");
  CHECK_FALSE(pattern.full_match("acme\n"));
  CHECK_FALSE(pattern.full_match("evil\nacme"));
  CHECK_FALSE(regex("acme.*").full_match("acme\nevil"));
  CHECK_FALSE(pattern.full_match(std::string_view("acme\0evil", 9)));
}

TEST_CASE("text that is not UTF-8 does not match a dot") {
  CHECK(regex(".").full_match("é"));
  CHECK_FALSE(regex(".").full_match("\xff"));
}

TEST_CASE("patterns that RE2 does not know are a usage error that names the pattern") {
  for (const std::string_view pattern :
       {"(", "[a", "a**", "(?=x)", "(?!x)", "(a)\\1", "x{1001}", "\xff", "\\"}) {
    CAPTURE(pattern);
    const auto compiled = Regex::compile(pattern);
    REQUIRE_FALSE(compiled);
    CHECK(compiled.error().kind() == ErrorKind::usage);
  }
  CHECK(Regex::compile("(?=x)").error().text().starts_with("regular expression \"(?=x)\": "));
}

TEST_CASE("a pattern over the memory limit is refused") {
  CHECK(Regex::compile("(a{1,100})"));
  CHECK(Regex::compile("((a{1,100}){1,100}){1,100}").error().kind() == ErrorKind::usage);
  CHECK(Regex::compile(std::string(limits::kRegexMemory, 'a')).error().kind() == ErrorKind::usage);
}

TEST_CASE("nested repetition takes linear time") {
  const auto pattern = regex("(a+)+$");
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(pattern.full_match(std::string(1U << 20, 'a') + "b"));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("copies share the pattern, and every match can be replaced") {
  const auto pattern = regex("(k)=[^&]*");
  const auto copy = pattern;
  CHECK(copy.pattern() == "(k)=[^&]*");
  CHECK(copy.full_match("k=1"));
  CHECK(pattern.replace_all("a=1&k=2&k=3", "\\1=*") == "a=1&k=*&k=*");
  CHECK(pattern.replace_all("none", "x") == "none");
}
