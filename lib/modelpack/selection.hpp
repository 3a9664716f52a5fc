// Selection: which of an artifact's files are wanted. Pure.
#pragma once

#include "base/glob.hpp"
#include "base/result.hpp"
#include "modelpack/artifact.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::modelpack {

/// "weights" (or "weight"), "config", "code", "dataset", "doc". usage: another word.
Result<model::Kind> parse_kind(std::string_view word);

/// A file is wanted when its kind is one of the kinds, an include pattern takes it, and no exclude
/// pattern does; an empty list of kinds or include patterns takes all. Patterns are those of a
/// .gitignore file: one without '/' matches at any depth, one that names a folder takes what is in
/// it. Immutable and thread-safe.
class Selection {
 public:
  Selection() = default;  // everything
  /// usage: a malformed pattern, "!", another kind.
  static Result<Selection> make(const std::vector<std::string>& include,
                                const std::vector<std::string>& exclude,
                                const std::vector<std::string>& kinds);

  bool wants(const LayerFile& file) const;
  /// False: no file of this kind is wanted, whatever its path.
  bool wants_kind(model::Kind kind) const;
  /// usage: a pattern or kind that takes none of `files`, named; or together they leave nothing.
  Result<void> check_used(const std::vector<LayerFile>& files) const;

 private:
  struct Pattern {
    std::string text;
    IgnoreRules rules;
  };
  static Result<std::vector<Pattern>> compile(const std::vector<std::string>& texts);
  std::vector<Pattern> include_, exclude_;
  std::vector<model::Kind> kinds_;
};

}  // namespace mpk::modelpack
