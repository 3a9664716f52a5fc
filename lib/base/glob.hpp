// Glob: gitignore-style patterns (gitignore(5)), matched in linear time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace mpk {

/// One pattern on a '/'-separated relative path: '*' and '?' do not cross '/', "**/" and "/**" do,
/// [a-z] and [!a-z] classes, '\' escapes. Matches the whole path.
bool glob_match(std::string_view pattern, std::string_view path);

/// An ordered rule list as in a .gitignore file: the last rule that matches wins, '!' negates,
/// a trailing '/' means directories only, a pattern without '/' matches at any depth.
class IgnoreRules {
 public:
  /// Comments (#) and empty lines are skipped. usage: a malformed class, with line number.
  static Result<IgnoreRules> parse(std::string_view text);
  void append(const IgnoreRules& more);
  bool ignored(std::string_view path, bool is_directory) const;

 private:
  struct Rule {
    std::string pattern;
    bool negated;
    bool directory_only;
    bool anchored;
  };
  std::vector<Rule> rules_;
};

}  // namespace mpk
