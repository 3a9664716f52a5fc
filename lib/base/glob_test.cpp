// Glob: the answers of git check-ignore 2.39, and what a pattern may not cost.
#include "base/glob.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <ostream>

using namespace mpk;

TEST_CASE("a pattern matches the whole path, and only '**' crosses a slash") {
  struct Row {
    std::string_view pattern, path;
    bool matches;
  };
  for (const auto& [pattern, path, matches] : {
           Row{"*.bin", "a.bin", true},
           Row{"*.bin", "x/a.bin", false},
           Row{"**/*.bin", "a.bin", true},
           Row{"**/*.bin", "x/y/a.bin", true},
           Row{"x/**", "x/a/b", true},
           Row{"x/**", "x", false},
           Row{"x/**/**/y", "x/y", true},
           Row{"a", "ab", false},
           Row{"b", "ab", false},
           Row{"", "", true},
           Row{"", "a", false},
           Row{"*", "", true},
           Row{"***", "a/b", true},
           Row{"a/***/b", "a/x/y/b", true},
           // gitignore(5): "Other consecutive asterisks are considered regular asterisks"; git
           // itself takes them for "**" behind a literal beginning.
           Row{"a**/b", "ax/b", true},
           Row{"a**/b", "ax/y/b", false},
           Row{"[[:upper:]]?", "Ab", true},
           Row{"[[:upper:]]?", "ab", false},
       }) {
    CAPTURE(pattern);
    CAPTURE(path);
    CHECK(glob_match(pattern, path) == matches);
  }
}

TEST_CASE("a malformed pattern is refused, and matches nothing") {
  for (const std::string_view pattern : {"[", "[a", "[]", "[!]", "[!", "[a-", "[a-]", "a[b\\", "\\",
                                         "a\\", "[[:digit:]", "[[:word:]]"}) {
    CAPTURE(pattern);
    const auto glob = Glob::parse(pattern);
    if (pattern == "[a-]") {
      CHECK(glob);  // the neighbour that is well formed
      continue;
    }
    REQUIRE_FALSE(glob);
    CHECK(glob.error().kind() == ErrorKind::usage);
    CHECK_FALSE(glob_match(pattern, pattern));
  }
}

TEST_CASE("many stars do not make a match slow") {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "*a**/";
  const auto glob = Glob::parse(pattern + "b").take();
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(glob.matches(std::string(1024, 'a')));
  std::string deep;
  for (int i = 0; i < 500; ++i) deep += "a/";
  CHECK_FALSE(glob.matches(deep + "c"));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
}
