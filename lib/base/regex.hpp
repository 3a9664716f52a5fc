// Regex: RE2 (linear time), always matched against the whole text.
#pragma once

#include "base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace mpk {

/// Immutable and thread-safe; copies share the compiled program.
class Regex {
 public:
  /// usage: a pattern that RE2 refuses (look-ahead, …) or that is over limits::kRegexMemory.
  static Result<Regex> compile(std::string_view pattern);
  /// Anchored at both ends.
  bool full_match(std::string_view text) const;
  /// Unanchored; only to say in a message that an unanchored match would have passed, and for
  /// JSON Schema's "pattern".
  bool partial_match(std::string_view text) const;
  /// Every match becomes `rewrite`, in which \1 to \9 are the groups.
  std::string replace_all(std::string_view text, std::string_view rewrite) const;
  const std::string& pattern() const { return pattern_; }

 private:
  struct Impl;
  Regex(std::string pattern, std::shared_ptr<const Impl> impl)
      : pattern_(std::move(pattern)), impl_(std::move(impl)) {}
  std::string pattern_;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace mpk
