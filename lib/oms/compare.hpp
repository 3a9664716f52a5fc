// A signed model's statement against the files that are there (§8.4): each difference by name.
#pragma once

#include "oms/hash_files.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace mpk::oms {

struct Difference {
  enum class Kind { missing, unsigned_file, changed };
  Kind kind;
  std::string path;
  std::string message;  // "weights.bin: changed"
};
std::string_view to_string(Difference::Kind kind);  // "missing", "unsigned", "changed"

struct CompareOptions {
  bool ignore_unsigned_files = false;
  /// Only these files are hashed and judged, whatever else is there. Empty: all.
  std::vector<std::string> only = {};
  HashOptions hash = {};
};

struct Comparison {
  std::vector<Difference> differences;  // by path
  std::uint64_t files = 0;              // that hold
  std::uint64_t not_judged = 0;         // signed files that were not asked for
  std::uint64_t not_signed = 0;         // files that are there, unsigned and ignored
};

/// Files that already differ in name or size are not hashed. usage: a name in `only` that was not
/// signed; errors of reading.
Result<Comparison> compare(const Statement& statement, const Tree& tree,
                           const CompareOptions& options);

/// The files that a statement names: of shards their paths.
std::vector<std::string> signed_paths(const Statement& statement);

}  // namespace mpk::oms
