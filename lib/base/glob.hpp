// Glob: gitignore-style patterns (gitignore(5)), matched in linear time.
#pragma once

#include "base/result.hpp"

#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

namespace mpk {

/// One compiled pattern on a '/'-separated relative path: '*' and '?' do not cross '/', "**/" and
/// "/**" do, [a-z] and [!a-z] classes, '\' escapes. Bytes, as in git: '?' is one byte. Immutable
/// and thread-safe.
class Glob {
 public:
  /// usage: an unfinished class or escape, an unknown [:name:].
  static Result<Glob> parse(std::string_view pattern);
  /// The whole path. Time: at most the product of both lengths.
  bool matches(std::string_view path) const;

 private:
  enum class Kind : std::uint8_t { one, star, tree, tree_slash, skip };
  struct Token {
    Kind kind;
    std::bitset<256> set;  // of Kind::one
  };
  void add(Kind kind) { tokens_.push_back({kind, {}}); }
  std::vector<Token> tokens_;
};

/// Glob::parse and matches in one; a malformed pattern matches nothing.
bool glob_match(std::string_view pattern, std::string_view path);

/// An ordered rule list as in a .gitignore file: the last rule that matches wins, '!' negates,
/// a trailing '/' means directories only, a pattern without '/' matches at any depth.
class IgnoreRules {
 public:
  /// Comments (#) and empty lines are skipped. usage: a malformed pattern, with its line number.
  static Result<IgnoreRules> parse(std::string_view text);
  void append(const IgnoreRules& more);
  /// As git: what lies in an ignored directory is ignored, and '!' does not bring it back.
  bool ignored(std::string_view path, bool is_directory) const;

 private:
  struct Rule {
    Glob pattern;
    bool negated;
    bool directory_only;
    bool anchored;
  };
  bool decide(std::string_view path, bool is_directory) const;
  std::vector<Rule> rules_;
};

}  // namespace mpk
