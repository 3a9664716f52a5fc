// Glob: patterns run as a set of states over the path, so no pattern can make it slow.
#include "base/glob.hpp"

#include "base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

namespace mpk {
namespace {

using Set = std::bitset<256>;

struct NamedClass {
  std::string_view name;
  std::string_view ranges;  // pairs of first and last
};

// POSIX classes of the C locale.
constexpr std::array<NamedClass, 12> kNamedClasses = {{
    {"alnum", "09AZaz"},
    {"alpha", "AZaz"},
    {"blank", "\t\t  "},
    {"cntrl", {"\x00\x1f\x7f\x7f", 4}},
    {"digit", "09"},
    {"graph", "!~"},
    {"lower", "az"},
    {"print", " ~"},
    {"punct", "!/:@[`{~"},
    {"space", "\t\r  "},
    {"upper", "AZ"},
    {"xdigit", "09AFaf"},
}};

void add_range(Set& set, char first, char last) {
  for (int c = static_cast<std::uint8_t>(first); c <= static_cast<std::uint8_t>(last); ++c) {
    set.set(static_cast<std::size_t>(c));
  }
}

Error malformed(std::string_view pattern, std::string_view why) {
  return {ErrorKind::usage, fmt::format("pattern \"{}\": {}", printable(pattern, 100), why)};
}

/// [:name:] at `at`; moves behind it. Without its ":]" it is not one, and '[' stands for itself.
Result<bool> read_named(std::string_view pattern, std::size_t& at, Set& set) {
  if (!pattern.substr(at).starts_with("[:")) return false;
  const auto end = pattern.find(']', at + 2);
  if (end == std::string_view::npos || pattern[end - 1] != ':' || end - 1 < at + 2) return false;
  const auto name = pattern.substr(at + 2, end - 1 - (at + 2));
  const auto* const found = std::ranges::find(kNamedClasses, name, &NamedClass::name);
  if (found == kNamedClasses.end()) {
    return malformed(pattern, fmt::format("unknown class [:{}:]", printable(name, 32)));
  }
  for (std::size_t i = 0; i < found->ranges.size(); i += 2) {
    add_range(set, found->ranges[i], found->ranges[i + 1]);
  }
  at = end + 1;
  return true;
}

/// The class that opens at `at`; moves behind its ']'.
Result<Set> read_class(std::string_view pattern, std::size_t& at) {
  const auto take = [&]() -> std::optional<char> {
    if (at < pattern.size() && pattern[at] == '\\') ++at;
    if (at >= pattern.size()) return std::nullopt;
    return pattern[at++];
  };
  const auto unfinished = malformed(pattern, "a class without its ']'");
  Set set;
  ++at;
  const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (negated) ++at;
  // The first ']' stands for itself (POSIX 2.13.1).
  for (bool first = true; first || at >= pattern.size() || pattern[at] != ']'; first = false) {
    if (at < pattern.size() && TRY(read_named(pattern, at, set))) continue;
    const auto low = take();
    if (!low) return unfinished;
    auto high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      ++at;
      high = take();
      if (!high) return unfinished;
    }
    add_range(set, *low, *high);
  }
  ++at;
  if (negated) set.flip();
  set.reset('/');
  return set;
}

}  // namespace

Result<Glob> Glob::parse(std::string_view pattern) {
  Glob glob;
  std::size_t at = 0;
  while (at < pattern.size()) {
    const char c = pattern[at];
    Set set;
    if (c == '*') {
      const bool after_slash = at == 0 || pattern[at - 1] == '/';
      const auto end = std::min(pattern.find_first_not_of('*', at), pattern.size());
      const bool doubled = end - at >= 2 && after_slash;
      at = end;
      if (doubled && at == pattern.size()) {
        glob.add(Kind::tree);
      } else if (doubled && pattern[at] == '/') {
        glob.add(Kind::skip);
        glob.add(Kind::tree_slash);
        ++at;
      } else {
        glob.add(Kind::star);
      }
      continue;
    }
    if (c == '?') {
      set.set();
      set.reset('/');
      ++at;
    } else if (c == '[') {
      set = TRY(read_class(pattern, at));
    } else {
      if (c == '\\' && ++at == pattern.size())
        return malformed(pattern, "a '\\' with nothing after it");
      add_range(set, pattern[at], pattern[at]);
      ++at;
    }
    glob.tokens_.push_back({Kind::one, set});
  }
  return glob;
}

bool Glob::matches(std::string_view path) const {
  // What starts with plain characters goes one way only.
  std::size_t begin = 0;
  for (; begin < tokens_.size() && tokens_[begin].kind == Kind::one; ++begin) {
    if (path.empty() || !tokens_[begin].set.test(static_cast<std::uint8_t>(path.front())))
      return false;
    path.remove_prefix(1);
  }
  const std::size_t end = tokens_.size();
  // State i: the first i tokens are satisfied.
  std::vector<std::uint8_t> now(end + 1), next(end + 1);
  const auto spread = [&](std::vector<std::uint8_t>& states) {
    for (std::size_t i = begin; i < end; ++i) {
      if (states[i] == 0) continue;
      const Kind kind = tokens_[i].kind;
      if (kind == Kind::star || kind == Kind::tree || kind == Kind::skip) states[i + 1] = 1;
      if (kind == Kind::skip) states[i + 2] = 1;  // "**/" as nothing at all
    }
  };
  now[begin] = 1;
  spread(now);
  for (const char c : path) {
    std::ranges::fill(next, std::uint8_t{0});
    bool alive = false;
    for (std::size_t i = begin; i < end; ++i) {
      if (now[i] == 0) continue;
      const Token& token = tokens_[i];
      const bool steps = token.kind == Kind::one ? token.set.test(static_cast<std::uint8_t>(c))
                                                 : token.kind == Kind::tree_slash && c == '/';
      const bool stays = token.kind == Kind::tree || token.kind == Kind::tree_slash ||
                         (token.kind == Kind::star && c != '/');
      if (steps) next[i + 1] = 1;
      if (stays) next[i] = 1;
      alive = alive || steps || stays;
    }
    if (!alive) return false;
    spread(next);
    now.swap(next);
  }
  return now[end] != 0;
}

bool glob_match(std::string_view pattern, std::string_view path) {
  const auto glob = Glob::parse(pattern);
  return glob && glob->matches(path);
}

}  // namespace mpk
