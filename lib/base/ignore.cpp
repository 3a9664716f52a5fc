// IgnoreRules: the lines of an ignore file and their order (gitignore(5), "PATTERN FORMAT").
#include "base/glob.hpp"
#include "base/text.hpp"

#include <fmt/core.h>

#include <ranges>

namespace mpk {
namespace {

/// "Trailing spaces are ignored unless they are quoted with backslash."
std::string_view trim_trailing_spaces(std::string_view line) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == ' ') continue;
    if (line[i] == '\\' && i + 1 < line.size()) ++i;
    end = i + 1;
  }
  return line.substr(0, end);
}

}  // namespace

Result<IgnoreRules> IgnoreRules::parse(std::string_view text) {
  IgnoreRules rules;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::size_t number = 0;
  for (auto line : split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with('#')) continue;
    line = trim_trailing_spaces(line);
    const bool negated = line.starts_with('!');
    if (negated) line.remove_prefix(1);
    const bool directory_only = line.ends_with('/');
    if (directory_only) line.remove_suffix(1);
    const bool anchored = line.find('/') != std::string_view::npos;
    if (line.starts_with('/')) line.remove_prefix(1);
    if (line.empty()) continue;
    auto pattern = Glob::parse(line);
    if (!pattern) return std::move(pattern.error()).with(fmt::format("line {}", number));
    rules.rules_.push_back({pattern.take(), negated, directory_only, anchored});
  }
  return rules;
}

void IgnoreRules::append(const IgnoreRules& more) {
  rules_.insert(rules_.end(), more.rules_.begin(), more.rules_.end());
}

bool IgnoreRules::decide(std::string_view path, bool is_directory) const {
  const auto name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0: no '/', the whole path
  for (const auto& rule : std::views::reverse(rules_)) {
    if (rule.directory_only && !is_directory) continue;
    if (rule.pattern.matches(rule.anchored ? path : name)) return !rule.negated;
  }
  return false;
}

bool IgnoreRules::ignored(std::string_view path, bool is_directory) const {
  for (auto slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    if (decide(path.substr(0, slash), true)) return true;
  }
  return decide(path, is_directory);
}

}  // namespace mpk
