// validate: schema (schemas/aibom) and the semantic lint for what a schema can't see.
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"

#include <string>
#include <thread>
#include <vector>

namespace mpk::aibom {

struct Problem {
  enum class Level { error, warning };
  Level level;
  std::string code;     // "schema", "dangling-ref", "duplicate-bom-ref", "hash-length", …
  std::string pointer;  // JSON Pointer
  std::string message;
};

/// Of a parsed document. unsupported: a specVersion without a schema here (1.6 and 1.7 have one).
Result<std::vector<Problem>> validate_aibom(const Json& bom);
bool has_errors(const std::vector<Problem>& problems);

/// Begins to compile the grammar of 1.6, some milliseconds of work, on a thread of its own; once in
/// a process. Thread-safe.
std::jthread prepare_validation();

}  // namespace mpk::aibom
