// changes: what differs between two documents, by JSON Pointer. Pure.
#pragma once

#include "json/value.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace mpk::json {

struct Change {
  std::string pointer;                // RFC 6901; empty: the whole document
  std::optional<Json> before, after;  // one without the other: it is only there
};

/// Objects are compared member by member, everything else (arrays, too) as a whole. Sorted
/// by pointer. Empty: they are equal.
std::vector<Change> changes(const Json& before, const Json& after);

}  // namespace mpk::json
