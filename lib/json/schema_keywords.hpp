// The keywords of a schema that assert by themselves, read and checked. Internal to json/.
#pragma once

#include "json/schema_program.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::json::draft7 {

/// The members of one schema: few, of which some forty names are looked for.
class Keywords {
 public:
  /// `schema` is an object and outlives this.
  explicit Keywords(const Json& schema);
  /// null: it is not there.
  const Json* find(std::string_view name) const;

 private:
  std::vector<std::pair<std::string_view, const Json*>> all_;
};

/// type, enum, const, numbers, sizes, pattern, format, required, uniqueItems into `node`.
/// malformed: a value of the wrong form; unsupported: a pattern that RE2 refuses.
Result<void> read_assertions(const Keywords& schema, const std::string& pointer, Node& node);
Result<Regex> compile_pattern(std::string_view pattern, const std::string& pointer);
Result<std::vector<std::string>> string_list(const Json& value, const std::string& pointer);

}  // namespace mpk::json::draft7
