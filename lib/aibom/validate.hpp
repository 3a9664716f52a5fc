// validate: schema (schemas/aibom) and the semantic lint for what a schema can't see.
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"

#include <string>
#include <vector>

namespace mpk::aibom {

struct Problem {
  enum class Level { error, warning };
  Level level;
  std::string code;     // "schema", "dangling-ref", "duplicate-bom-ref", "hash-length", …
  std::string pointer;  // JSON Pointer
  std::string message;
};

/// Of a parsed document. unsupported: a specVersion without a schema here (1.6 is supported).
Result<std::vector<Problem>> validate_aibom(const Json& bom);
bool has_errors(const std::vector<Problem>& problems);

/// Compiles the grammar, some milliseconds of work, before the first document is there.
/// Thread-safe.
void prepare_validation();

}  // namespace mpk::aibom
