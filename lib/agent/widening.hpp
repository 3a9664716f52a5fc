// Two JSON Schemas of one tool: what the newer one takes that the older one refused.
#pragma once

#include "json/value.hpp"

#include <string>
#include <vector>

namespace mpk::agent {

struct SchemaDifference {
  std::string pointer;  // JSON Pointer into the schema
  std::string text;     // "required no longer lists path"
  bool wider = false;   // takes more than before, whatever else changed
};

/// Every difference of two schemas keyword by keyword, sorted by pointer; at most `max`. Empty:
/// they are equal. What is named wider certainly takes a value that was refused at this place
/// before; references ("$ref") are compared as texts, not followed.
std::vector<SchemaDifference> schema_differences(const Json& before, const Json& after,
                                                 std::size_t max = 50);

}  // namespace mpk::agent
