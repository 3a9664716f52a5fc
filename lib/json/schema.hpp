// JSON Schema draft-07: the keywords that CycloneDX and our own schemas use, in linear time.
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"

#include <memory>
#include <string>
#include <vector>

namespace mpk::json {

struct Violation {
  std::string instance;  // JSON Pointer into the document, "" for the whole
  std::string schema;    // JSON Pointer into the schema
  std::string message;   // "expected string, found number"
};

/// Immutable and thread-safe after compile().
class Schema {
 public:
  /// Supports type, enum, const, properties, patternProperties, additionalProperties, required,
  /// propertyNames, min/maxProperties, items, additionalItems, contains, min/maxItems, uniqueItems,
  /// minimum, maximum, exclusive*, multipleOf, min/maxLength (code points), pattern (RE2), format
  /// (date-time, date, uri, uri-reference, iri-reference, idn-email, email, uuid: asserted; others
  /// ignored), allOf, anyOf, oneOf, not, if/then/else, dependencies, local $ref ("#/definitions/…",
  /// "#", "$id" anchors inside the document). unsupported: a remote $ref or another unknown
  /// keyword that asserts; malformed: a schema that is none.
  static Result<Schema> compile(const Json& schema);
  /// Empty when valid. At most `max_violations`. Hostile documents cost linear time and bounded
  /// stack.
  std::vector<Violation> validate(const Json& document, std::size_t max_violations = 20) const;

 private:
  struct Impl;
  explicit Schema(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace mpk::json
