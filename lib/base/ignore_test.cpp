// IgnoreRules: a table whose answers were taken from git check-ignore 2.39.
#include "base/glob.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;

namespace {

/// A path that ends in '/' is a directory.
bool ignored(const IgnoreRules& rules, std::string_view path) {
  const bool directory = path.ends_with('/');
  return rules.ignored(path.substr(0, path.size() - (directory ? 1 : 0)), directory);
}

}  // namespace

TEST_CASE("ignore rules answer as git check-ignore does") {
  struct Row {
    std::string_view rules;
    std::vector<std::string_view> ignored, kept;
  };
  const std::vector<Row> rows = {
      Row{"*.pyc", {"a.pyc", "x/a.pyc", "a.pyc/", "x/a.pyc/y"}, {"a.pyd"}},
      Row{"__pycache__/",
          {"__pycache__/", "x/__pycache__/", "x/__pycache__/a.py"},
          {"__pycache__"}},
      Row{"/build", {"build", "build/", "build/x"}, {"x/build"}},
      Row{"a/b", {"a/b", "a/b/c"}, {"x/a/b", "a/bc"}},
      Row{"doc/*.md", {"doc/a.md", "doc/.md"}, {"doc/x/a.md", "x/doc/a.md"}},
      Row{"**/logs", {"logs", "x/logs", "x/y/logs", "x/logs/a"}, {"xlogs"}},
      Row{"logs/**", {"logs/a", "logs/x/a"}, {"logs/", "logs", "x/logs/a"}},
      Row{"a/**/b", {"a/b", "a/x/b", "a/x/y/b"}, {"ab", "a/xb", "x/a/b"}},
      Row{"**", {"a", "a/b"}, {}},
      Row{"a*b", {"ab", "axb", "axb/c"}, {"a/b", "abx"}},
      Row{"a**b", {"ab", "axyb"}, {"a/b"}},
      Row{"x/**b", {"x/ab", "x/b"}, {"x/y/ab"}},
      Row{"?.bin", {"a.bin", "x/a.bin"}, {"ab.bin", ".bin", "é.bin"}},
      Row{"a?b", {"axb"}, {"a/b"}},
      Row{"[a-c]x", {"ax", "cx"}, {"dx", "-x"}},
      Row{"[!a-c]x", {"dx"}, {"ax"}},
      Row{"[^a]x", {"bx"}, {"ax"}},
      Row{"[]]x", {"]x"}, {"x"}},
      Row{"[]-a]x", {"]x", "^x", "ax"}, {"bx"}},
      Row{"[a-]x", {"ax", "-x"}, {"bx"}},
      Row{"[-a]x", {"-x", "ax"}, {}},
      Row{"[\\]]x", {"]x"}, {"\\x"}},
      Row{"[[:digit:]]x", {"1x"}, {"ax", ":x"}},
      Row{"[![:alnum:]_]x", {"-x"}, {"1x", "_x"}},
      Row{"[[:a]x", {"[x", ":x", "ax"}, {"bx"}},
      Row{"a[/]b", {}, {"a/b"}},
      Row{"\\#a", {"#a"}, {"\\#a"}},
      Row{"#a", {}, {"#a"}},
      Row{"\\!a", {"!a"}, {"a"}},
      Row{"\\*", {"*"}, {"a"}},
      Row{"a\\?", {"a?"}, {"ab"}},
      Row{"a ", {"a"}, {"a "}},
      Row{"a\\ ", {"a "}, {"a"}},
      Row{"a\\  ", {"a "}, {"a  "}},
      Row{" a", {" a"}, {"a"}},
      Row{"a\r\nb\r\n", {"a", "b"}, {"c"}},
      Row{"\ufeffa", {"a"}, {}},
      Row{"\n  \n/\n!\na", {"a"}, {"b"}},
      Row{"*\n!*.md", {"a.txt", "x/", "x/a.md"}, {"a.md"}},
      Row{"*\n!*/\n!*.md", {"x/a.txt"}, {"a.md", "x/", "x/a.md"}},
      Row{"!a\na", {"a"}, {}},
      Row{"a\n!a", {}, {"a", "x/a"}},
      Row{"a\n!a\na", {"a"}, {}},
      Row{"x/\n!x/a", {"x/", "x/a"}, {}},
      Row{"x/*\n!x/a", {"x/b"}, {"x/a", "x/"}},
      Row{"a/", {"a/", "x/a/", "a/b"}, {"a"}},
      Row{"/a/b/", {"a/b/", "a/b/c"}, {"a/b", "x/a/b/"}},
      Row{"A", {"A"}, {"a"}},
      Row{".git*", {".gitignore", "x/.gitattributes", ".github/workflows/x.yml"}, {"a.git"}},
      Row{"*~", {"a~", "x/a~"}, {"~a"}},
      Row{"a//b", {}, {"a/b"}},
      Row{"a/*/c", {"a/b/c"}, {"a/c", "a/b/b/c"}},
      Row{"{a,b}", {"{a,b}"}, {"a"}},
      Row{"a+(b)", {"a+(b)"}, {"ab"}},

  };
  for (const auto& row : rows) {
    CAPTURE(row.rules);
    const auto rules = IgnoreRules::parse(row.rules).take();
    for (const auto path : row.ignored) {
      CAPTURE(path);
      CHECK(ignored(rules, path));
    }
    for (const auto path : row.kept) {
      CAPTURE(path);
      CHECK_FALSE(ignored(rules, path));
    }
  }
}

TEST_CASE("rules that are appended win over those before") {
  auto rules = IgnoreRules::parse("*.log\n!keep.log").take();
  CHECK_FALSE(rules.ignored("keep.log", false));
  rules.append(IgnoreRules::parse("keep.log").take());
  CHECK(rules.ignored("keep.log", false));
  rules.append(IgnoreRules::parse("!a.log").take());
  CHECK_FALSE(rules.ignored("a.log", false));
  CHECK(rules.ignored("b.log", false));
}

TEST_CASE("without rules nothing is ignored") {
  CHECK_FALSE(IgnoreRules().ignored("a", false));
  CHECK_FALSE(IgnoreRules::parse("").take().ignored("a/b", true));
}

TEST_CASE("a malformed pattern is a usage error with its line, where git would silently skip it") {
  const auto rules = IgnoreRules::parse("*.log\n# comment\n\ndata/[a-z\n");
  REQUIRE_FALSE(rules);
  CHECK(rules.error().kind() == ErrorKind::usage);
  CHECK(rules.error().text() == "line 4: pattern \"data/[a-z\": a class without its ']'");
  CHECK(IgnoreRules::parse("a\\").error().kind() == ErrorKind::usage);
  CHECK(IgnoreRules::parse("# [a-z\n"));
}
