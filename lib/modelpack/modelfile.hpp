// Modelfile: modctl's list of what to pack and what to say about it.
#pragma once

#include "base/result.hpp"
#include "model/inspect.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::modelpack {

struct Modelfile {
  struct Pattern {
    model::Kind kind;
    std::string glob;
    std::size_t line;
  };
  std::vector<Pattern> patterns;  // CONFIG MODEL CODE DATASET DOC, in order
  // At most once each; empty: not given.
  std::string name, architecture, family, format, param_size, precision, quantization;

  /// The kind of a path by the first matching pattern; nullopt: not to be packed.
  std::optional<model::Kind> kind_of(std::string_view path) const;
};

/// modctl's grammar: one command a line, case-insensitive, one argument, '#' comment lines, double
/// quotes with '\' escapes, spaces or tabs. usage: with line number: an unknown command (nearest
/// suggested), a repeated one, a missing or second argument, an absolute or ".." pattern.
Result<Modelfile> parse_modelfile(std::string_view text);

}  // namespace mpk::modelpack
