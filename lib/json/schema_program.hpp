// A compiled schema: flat nodes that point at each other by index. Internal to json/.
#pragma once

#include "base/regex.hpp"
#include "json/schema.hpp"
#include "json/schema_format.hpp"
#include "json/schema_number.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace mpk::json::draft7 {

using NodeId = std::size_t;

enum class Type : std::uint8_t { null, boolean, object, array, string, number, integer };
inline constexpr std::array<std::string_view, 7> kTypeNames = {
    "null", "boolean", "object", "array", "string", "number", "integer"};

struct Enum {
  static constexpr std::size_t kShown = 6;
  std::set<std::string> keys;      // equality_key() of each value
  std::vector<std::string> shown;  // compact text of the first kShown, in the order of the schema
  std::size_t size = 0;            // how many values there are
  std::vector<std::string> words;  // the strings among them, for suggestions
};

struct Dependency {
  std::string key;
  std::variant<std::vector<std::string>, NodeId> needs;
};

struct Bounds {
  std::optional<Number> minimum, maximum, exclusive_minimum, exclusive_maximum, multiple_of;
};

/// One (sub)schema. An absent keyword is an empty optional, pointer or container; what few have
/// stands elsewhere, as there are thousands.
struct Node {
  enum class Form : std::uint8_t { keywords, anything, nothing, reference };
  std::string pointer;
  Form form = Form::keywords;
  NodeId target = 0;  // of a reference

  std::optional<std::set<Type>> types;
  std::unique_ptr<const Enum> allowed;   // enum
  std::unique_ptr<const Enum> constant;  // const, as an enum of one

  std::unique_ptr<Bounds> bounds;

  std::optional<std::uint64_t> min_length, max_length;
  std::optional<Regex> pattern;
  std::optional<Format> format;

  std::optional<NodeId> items;               // one schema for all …
  std::optional<std::vector<NodeId>> tuple;  // … or one each
  std::optional<NodeId> additional_items, contains;
  std::optional<std::uint64_t> min_items, max_items;
  bool unique_items = false;

  std::map<std::string, NodeId, std::less<>> properties;
  std::vector<std::pair<Regex, NodeId>> pattern_properties;
  std::optional<NodeId> additional_properties, property_names;
  std::vector<std::string> required;
  std::optional<std::uint64_t> min_properties, max_properties;
  std::vector<Dependency> dependencies;

  std::vector<NodeId> all_of, any_of, one_of;
  std::optional<NodeId> negated, condition, then_branch, else_branch;
};

/// nodes[0] is the whole schema.
struct Program {
  std::deque<Node> nodes;  // a node is large, and there are thousands
};

Result<Program> compile(const Json& schema);
std::vector<Violation> validate(const Program& program, const Json& document,
                                std::size_t max_violations);

/// Bounds on recursion: document levels, and applicators (allOf, $ref, …) met at one level.
inline constexpr std::size_t kMaxDocumentDepth = 128;
inline constexpr std::size_t kMaxSchemaDepth = 128;
inline constexpr std::size_t kMaxApplicators = 64;

}  // namespace mpk::json::draft7
