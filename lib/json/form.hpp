// Form: a YAML or JSON document that people write, judged by a JSON Schema; errors have their line.
#pragma once

#include "base/result.hpp"
#include "json/schema.hpp"
#include "json/value.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace mpk::json {

/// Immutable and thread-safe after compile().
class Form {
 public:
  /// `schema`: the text of a JSON Schema (draft-07). `hint` is said with an error that has none of
  /// its own ("docs/training.md shows a whole file"). Errors as Schema::compile().
  static Result<Form> compile(std::string_view schema, std::string hint);

  /// usage, as "file:line:column: $.path: message": no YAML and no JSON, a key that the schema does
  /// not know (the nearest is suggested), a value that it refuses.
  Result<Json> read(std::string_view text, std::string_view file) const;

 private:
  Form(Json document, Schema schema, std::string hint)
      : document_(std::move(document)), schema_(std::move(schema)), hint_(std::move(hint)) {}
  Json document_;
  Schema schema_;
  std::string hint_;
};

/// Whether a document starts as JSON's objects and arrays do; YAML's flow collections do, too.
bool looks_like_json(std::string_view text);

}  // namespace mpk::json
